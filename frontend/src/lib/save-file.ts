/** Gives a file to the browser, which saves it under its name. */
export function saveFile(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // Not at once: a browser may only begin to read it after this.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
