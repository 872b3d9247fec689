// Apart from what asks the API: the address is read before a page is.
export const BYS = ["model", "member", "provider", "provider_key", "credential", "tag", "outcome", "allocation"] as const;
