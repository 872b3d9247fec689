// Apart from what asks the API: the address is read before a page is.
export const COMPARED_MAX = 4;
