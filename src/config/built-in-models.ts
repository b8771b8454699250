/** Model tags that an embedded lane can name without a weights_file. */
export const builtInModels: readonly string[] = ['smollm2-135m-instruct']
