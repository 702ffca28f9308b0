/** Where the bare floor keeps its requests, who reads them, and where its replies are heard. */
export function floorKeys(prefix: string) {
  return { stream: `${prefix}:requests`, group: 'answering', replies: `${prefix}:replies` };
}
