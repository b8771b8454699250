/** Beginnings that keys of well-known services have. */
const secretBeginnings =
  /(?:^|[\s"'=:])(?:sk-[\w-]{8,}|(?:gh[pousr]|github_pat|glpat|hf|xox[abpr]|pk_live|sk_live|rk_live)[_-]\w{8,}|A(?:KIA|SIA)[0-9A-Z]{16}|AIza[\w-]{30,}|ya29\.[\w-]{10,}|eyJ[\w-]{10,}\.[\w-]{5,}|Bearer\s+\S{8,}|-----BEGIN )/

/** Whether a text begins like a key of a well-known service: refused wherever it stands in the config. */
export function looksLikeSecret(text: string): boolean {
  return secretBeginnings.test(text)
}

/**
 * Whether the text of an `*_env` field is a value rather than a variable's name: known beginnings, or a long run of
 * letters with digits or in mixed case (hexadecimal, base64). Names of variables are short words joined by underscores.
 */
export function looksLikeSecretValue(text: string): boolean {
  return looksLikeSecret(text) || text.split('_').some((run) => run.length >= 20 && /\d|[a-z]/.test(run))
}

/** Whether a URL carries credentials: a user part, or a query that names a key. */
export function carriesCredentials(url: string): boolean {
  return (
    /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*@/i.test(url) ||
    /[?&][^=&#]*(?:key|token|secret|password|sig)[^=&#]*=[^&#]/i.test(url)
  )
}
