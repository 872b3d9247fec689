// Apart from what asks the API: the address is read before a page is.
export const CALL_SORTS = ["started_at", "-started_at"] as const;
