/** Beginnings of keys of well-known services, long enough not to be a model's or a lane's name. */
const secretBeginnings = new RegExp(
  String.raw`(?:^|[\s"'=:])(?:${[
    String.raw`sk-(?=[\w-]*\d)[\w-]{16,}`,
    String.raw`(?:gh[pousr]|github_pat|hf|[prs]k_live)_\w{16,}`,
    String.raw`(?:glpat|xox[abpr])-[\w-]{10,}`,
    'A(?:KIA|SIA)[0-9A-Z]{16}',
    String.raw`AIza[\w-]{30,}`,
    String.raw`ya29\.[\w-]{10,}`,
    String.raw`eyJ[\w-]{10,}\.[\w-]{5,}`,
    String.raw`Bearer\s+\S{8,}`,
    '-----BEGIN ',
  ].join('|')})`,
)

/** Whether a text begins like a key of a well-known service: refused wherever it stands in the config. */
export function looksLikeSecret(text: string): boolean {
  return secretBeginnings.test(text)
}

/**
 * Whether the text of an `*_env` field is a value rather than a variable's name: known beginnings, or a long run of
 * letters with digits or in mixed case (hexadecimal, base64). Names of variables are short words joined by underscores.
 */
export function looksLikeSecretValue(text: string): boolean {
  return (
    looksLikeSecret(text) ||
    /^sk-/.test(text) ||
    text.split('_').some((run) => run.length >= 20 && /\d|[a-z]/.test(run))
  )
}

/** Whether a URL carries credentials: a user part, or a query that names a key. */
export function carriesCredentials(url: string): boolean {
  return (
    /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*@/i.test(url) ||
    /[?&][^=&#]*(?:key|token|secret|password|sig)[^=&#]*=[^&#]/i.test(url)
  )
}
