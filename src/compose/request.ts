import type { RunConfiguration } from '../train/index.ts';

/** What is to be trained, and where. */
export interface TrainRequest {
  readonly configuration: RunConfiguration;
  readonly folder:
    | { readonly kind: 'resume'; readonly path: string; readonly stored: RunConfiguration }
    /** exactly this one */
    | { readonly kind: 'new'; readonly path: string }
    /** this one, or with a number behind it where it is taken */
    | { readonly kind: 'unique'; readonly parent: string; readonly name: string };
  /** the original's flags were given, and no number of replicas: each rank of the start is one, as there */
  readonly isReplicaPerRank: boolean;
  /** the file of the timeline; null: none is wanted */
  readonly timeline: string | null;
  /** the text of the run folder's config.yaml */
  render(configuration: RunConfiguration): string;
}
