/**
 * Version of what `examine` finds in an answer. To be raised with every change after which the same answer to the same
 * record under the same schema may be found otherwise: answers that were examined by other versions do not compare until
 * `bench-memo judge` has examined both anew.
 */
export const checkerVersion = 3
