import type account from "./en/account.json";
import type admin from "./en/admin.json";
import type shared from "./en/shared.json";
import type apps from "./en/apps.json";
import type audit from "./en/audit.json";
import type catalog from "./en/catalog.json";
import type filters from "./en/filters.json";
import type providers from "./en/providers.json";
import type publish from "./en/publish.json";
import type records from "./en/records.json";
import type refusals from "./en/refusals.json";
import type reports from "./en/reports.json";
import type system from "./en/system.json";
import type calls from "./en/calls.json";
import type credential from "./en/credential.json";
import type credentials from "./en/credentials.json";
import type devices from "./en/devices.json";
import type home from "./en/home.json";
import type models from "./en/models.json";
import type playground from "./en/playground.json";
import type people from "./en/people.json";
import type entry from "./en/entry.json";
import type trail from "./en/trail.json";

// A key that no message has, or a namespace that is not here, does not compile.
declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "shared";
    keySeparator: false;
    returnNull: false;
    resources: {
      account: typeof account;
      admin: typeof admin;
      shared: typeof shared;
      apps: typeof apps;
      audit: typeof audit;
      catalog: typeof catalog;
      providers: typeof providers;
      publish: typeof publish;
      records: typeof records;
      refusals: typeof refusals;
      reports: typeof reports;
      system: typeof system;
      calls: typeof calls;
      credential: typeof credential;
      credentials: typeof credentials;
      devices: typeof devices;
      entry: typeof entry;
      filters: typeof filters;
      home: typeof home;
      models: typeof models;
      people: typeof people;
      playground: typeof playground;
      trail: typeof trail;
      errors: Record<string, string>;
    };
  }
}
