import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { ApiProblem } from "@/client/problem";
import { ToastPlace } from "@/components/ui/toast";
import { startI18n } from "@/i18n";
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

await startI18n();

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
