// Apart from what asks the API: the address is read before a page is.
export const MODEL_SORTS = ["slug", "-slug", "display_name", "-display_name", "created_at", "-created_at"] as const;
export const ALIAS_SORTS = ["name", "-name", "created_at", "-created_at"] as const;
/** What a model can be without, so that its calls are refused or cost nobody knows what. */
export const LACKS = ["price", "route"] as const;
export type Lack = (typeof LACKS)[number];
