/** What a preset changes of the defaults. */
export const presets: Readonly<Record<string, object>> = {
  mnist: { model: 'BNN_conv_flip', data: { name: 'mnist' } },
  'fashion-mnist': { model: 'BNN_conv_flip', data: { name: 'fashion-mnist' } },
};
