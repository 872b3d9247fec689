// Apart from what asks the API: the address is read before a page is.
export const KEY_SORTS = ["name", "-name", "provider", "-provider", "created_at", "-created_at"] as const;
