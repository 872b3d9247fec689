// Apart from what asks the API: the address is read before a page is.
export const MEMBER_SORTS = ["created_at", "-created_at", "identifier", "-identifier", "-this_month", "-last_seen_at"] as const;
