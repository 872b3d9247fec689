import { useQueries } from "@tanstack/react-query";

import type { MyCallRecordShown } from "@/client/schema.gen";
import { recordQuery } from "./api";

/** What is recorded of calls, as it becomes known. A call that is `running` has no record yet. */
export function useRecords(calls: readonly { callId: string | null; isRunning: boolean }[]): (callId: string) => MyCallRecordShown | undefined {
  const over = calls.flatMap((call) => (call.callId === null || call.isRunning ? [] : [call.callId]));
  const records = useQueries({ queries: over.map((callId) => recordQuery(callId)) });
  return (callId) => records[over.indexOf(callId)]?.data;
}
