/** Figures of others on the same sets and splits, in the order boston to yacht; null: not given. Lower is better. */
export interface Published {
  readonly method: string;
  readonly source: string;
  readonly figures: readonly (number | null)[];
}

const lakshminarayanan = 'Lakshminarayanan et al. 2017, table 1';
const gal =
  'Gal 2018, yaringal/DropoutUncertaintyExps@6eb4497, the column of 2018: hyperparameters not chosen on test rows';
const wu = 'Wu et al. 2019, arXiv 1810.03958, table 2; 10 draws';
const baselines = 'uncertainty-baselines, baselines/uci';

export const publishedNll: readonly Published[] = [
  { method: 'PBP', source: lakshminarayanan, figures: [2.57, 3.16, 2.04, -0.9, -3.73, 2.84, 2.97, 0.97, 1.63] },
  { method: 'MC dropout', source: gal, figures: [2.4, 2.93, 1.21, -1.14, -4.45, 2.8, 2.87, 0.93, 1.25] },
  {
    method: 'ensemble of 5',
    source: lakshminarayanan,
    figures: [2.41, 3.06, 1.38, -1.2, -5.63, 2.79, 2.83, 0.94, 1.18],
  },
  { method: 'VI', source: baselines, figures: [3.12, 3.22, 0.93, -1.03, -6.12, 2.85, 2.93, 1.0, 2.01] },
  { method: 'Refined VI', source: baselines, figures: [2.94, 3.08, 0.75, -1.06, -6.33, 2.83, 2.92, 0.97, 1.68] },
  { method: 'MCVI, prior fitted', source: wu, figures: [2.46, 3.07, 1.03, -1.14, -5.94, 2.8, 2.87, 0.92, 0.68] },
  { method: 'DVI, prior fitted', source: wu, figures: [2.41, 3.06, 1.01, -1.13, -6.29, 2.8, 2.85, 0.9, 0.47] },
];

export const publishedRmse: readonly Published[] = [
  { method: 'MC dropout', source: gal, figures: [2.9, 4.82, 0.54, 0.08, null, 4.01, 4.27, 0.62, 0.67] },
  {
    method: 'ensemble of 5',
    source: lakshminarayanan,
    figures: [3.28, 6.03, 2.09, 0.09, null, 4.11, 4.71, 0.64, 1.58],
  },
];
