import { denseFlipout, normal, normals, uniforms, predict, sequential, table, train } from 'credence';
const N = 200;
const x = Array.from(uniforms(N, 1), u => 4*u-2), e = normals(N, 2);
const y = x.map((v,i)=> Math.sin(3*v)+0.1*e[i]);
const data = table({ inputs: x.map(v=>[v]), targets: y });
for (const init of [-3, -1, 0]) for (const depth of [1,2,3]) for (const kl of [{}, {schedule:'linear', steps: 2000},{schedule:'cyclical', steps: 1000}] as any[]) {
  const hidden = Array.from({length: depth}, () => denseFlipout({ units: 30, activation: 'relu', bias: 'normal' }));
  const model = { name: 'm', input: data.input, network: sequential(...hidden, denseFlipout({ units: 1, bias: 'normal' })), likelihood: normal({ noise: 0.1 }) };
  const recs: any[] = []; let snap: any;
  const t0 = process.cpuUsage().user;
  const t = await train(model, data, { iteration: 4000, learningRate: 0.005, initialScale: init, learningRateDecay: 'none', seed: 1, kl, histogramEvery: 4000, observers: [{ onStep: r => { recs.push(r); }, onPosterior: (_s, l) => { snap = l; } }] });
  const end = recs.slice(-50); const m = (k: string) => end.reduce((s, r) => s + r[k], 0)/end.length;
  const collapsed = snap.map((l: any) => { let c=0; l.mean.forEach((mu: number,i: number)=>{ const s=l.standardDeviation[i]; if (0.5*(s*s+mu*mu-1)-Math.log(s) < 0.05) c++; }); return (c/l.mean.length).toFixed(2); });
  console.log(init, depth, JSON.stringify(kl), 'nll', m('nll').toFixed(2), 'kl', m('kl').toFixed(0), 'negElbo(beta1)', (m('nll')+m('kl')/N).toFixed(3), collapsed.join(' '), 'cpu', ((process.cpuUsage().user-t0)/1e6).toFixed(2));
}
