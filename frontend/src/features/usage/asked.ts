// Apart from what asks the API: the address is read before a page is.
export const BYS = ["model", "credential", "provider", "outcome"] as const;
