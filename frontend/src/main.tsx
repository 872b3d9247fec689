import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { ApiProblem } from "@/client/problem";
import { ToastPlace } from "@/components/ui/toast";
import { startI18n } from "@/i18n";
import { meQuery } from "@/session/api";
import { createAppRouter } from "./router";
import "./styles/app.css";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // What was refused is refused again; only what never arrived, or failed on the other side, may pass the next time.
      retry: (failures, error) => failures < 2 && error instanceof ApiProblem && (error.status === 0 || error.status >= 500),
    },
  },
});

const router = createAppRouter(queries);
// Who waits longer for the network sees that something is on its way.
const DRAWN_AFTER_MS = 600;

// The router asks for one after another: who is there, then the files of the page. Whatever fails here, it asks for again and tells.
function askAhead(): Promise<unknown> {
  const [routes] = router.getMatchedRoutes(router.latestLocation.pathname);
  const who = routes.some((route) => route.id === "/_in") ? [queries.query(meQuery)] : [];
  const files = routes.map((route) => router.loadRouteChunk(route));
  return Promise.allSettled([...who, ...files]);
}

// A page that is drawn before it is there shows what is drawn in its place, and React keeps that for 300 ms once it stands.
function opened(): Promise<unknown> {
  return Promise.race([router.load(), new Promise((late) => setTimeout(late, DRAWN_AFTER_MS))]);
}

const words = startI18n();
void askAhead();
await Promise.all([words, opened()]);
// Where nobody waited for it: when somebody asks, it may not be so any more.
delete window.askedMe;

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <ToastPlace>
        <RouterProvider router={router} />
      </ToastPlace>
    </QueryClientProvider>
  </StrictMode>,
);
