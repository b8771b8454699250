/** What a reading gives; undefined where it throws, as for a process that has ended or hides what was to be read. */
export function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
