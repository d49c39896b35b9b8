// What was found in figures: totals, faults, distributions, predicted tokens, repetition.

const report = data.report;

const NAMES = {
  turns: ['Turns', 'turns of a record'],
  isl: ['Input length', 'tokens of a prompt (ISL)'],
  system: ['System prompt', 'tokens of a system prompt'],
  osl: ['Output length', 'tokens asked for in a turn (OSL)'],
  delay: ['Pause', 'before a turn'],
  images: ['Images', 'images of a turn that has some'],
  image_width: ['Image width', 'pixels'],
  image_height: ['Image height', 'pixels'],
  image_bytes: ['Image size', 'bytes of an image'],
  audios: ['Sounds', 'sounds of a turn that has some'],
  audio_seconds: ['Sound length', 'of a sound'],
  audio_bytes: ['Sound size', 'bytes of a sound'],
  videos: ['Clips', 'clips of a turn that has some'],
  video_width: ['Clip width', 'pixels'],
  video_height: ['Clip height', 'pixels'],
  video_frames: ['Clip frames', 'frames of a clip'],
  video_seconds: ['Clip length', 'of a clip'],
  video_bytes: ['Clip size', 'bytes of a clip'],
  payload_bytes: ['Payload', 'bytes of a record’s media, before base64'],
};
const KINDS = {image: 'image', audio: 'sound', video: 'clip'};

const distributions = Object.entries(report.distributions)
  .map(([name, summary]) => ({name, unit: data.units[name], title: NAMES[name], ...summary}));
const quantities = distributions.filter(it => it.title);
const sum = name => {
  const found = report.distributions[name];
  return found ? Math.round(found.mean * found.count) : 0;
};

// The values of each column: the first and the last, in whole units or thousandths of a second, as they were counted.
const columns = ({min, max, unit, histogram}) => {
  const scale = unit === 'seconds' ? 1000 : 1;
  const [least, most] = [Math.round(min * scale), Math.round(max * scale)];
  const range = most - least + 1;
  const begin = place => least + Math.ceil(place * range / histogram.length);
  return histogram.map((count, place) => [begin(place) / scale, (begin(place + 1) - 1) / scale, count]);
};

const histogram = it => {
  const [width, height, gap] = [320, 96, 2];
  const most = Math.max(...it.histogram, 1);
  const step = width / it.histogram.length;
  const one = it.unit === 'seconds' ? 0.001 : 1;
  const place = value => (value - it.min + one / 2) / (it.max - it.min + one) * width;
  const words = `Histogram of ${it.title[0].toLowerCase()}: ${plural(it.count, 'value')} from ${shown(it.min, it.unit)} to ` +
    `${shown(it.max, it.unit)}, half of them at most ${shown(it.p50, it.unit)}. The table below has its columns.`;
  const bars = columns(it).map(([from, to, count], number_) => {
    const tall = count ? Math.max(count / most * (height - 4), 2) : 0;
    const range = from === to ? shown(from, it.unit) : `${shown(from, it.unit)} to ${shown(to, it.unit)}`;
    return svg('rect', {x: number_ * step + gap / 2, y: height - tall, width: Math.max(step - gap, 1), height: tall, rx: 1.5},
      svg('title', {}, `${range}: ${number(count)}`));
  });
  const middle = svg('line', {class: 'median', x1: place(it.p50), x2: place(it.p50), y1: 0, y2: height});
  return svg('svg', {role: 'img', 'aria-label': words, viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none'}, bars, middle);
};

const chart = it => el('figure', {class: 'card chart'},
  el('figcaption', {}, el('h3', {}, it.title[0]), el('p', {class: 'unit'}, it.title[1])),
  el('p', {class: 'mean'}, el('strong', {}, shown(it.mean, it.unit)), ` ± ${shown(it.deviation, it.unit)} `,
    el('span', {class: 'soft'}, `over ${number(it.count)}`)),
  histogram(it),
  el('div', {class: 'axis', 'aria-hidden': 'true'}, el('span', {}, shown(it.min, it.unit)), el('span', {}, shown(it.max, it.unit))),
  el('dl', {class: 'quantiles'}, ['p50', 'p90', 'p99'].map(key =>
    el('div', {}, el('dt', {}, key), el('dd', {}, shown(it[key], it.unit))))),
  el('details', {}, el('summary', {}, 'As a table'), table(`Columns of ${it.title[0].toLowerCase()}`, ['from', 'to', 'count'],
    columns(it).map(([from, to, count]) => [shown(from, it.unit), shown(to, it.unit), number(count)]))));

const showOverview = () => {
  const {records, expected} = report;
  at('title').textContent = records === expected ? plural(records, 'record') : `${number(records)} of ${plural(expected, 'record')}`;
  at('lead').textContent = `${report.formats.join(', ')} · seed ${data.seed} · made by masque ${report.masque}`;
  const found = report.fault_count;
  at('verdict').append(found
    ? el('a', {href: '#faults', class: 'bad'}, plural(found, 'fault'), ' found')
    : el('span', {class: 'good'}, 'No fault found'));
  const prompts = report.distributions.isl?.count;
  const media = kind => report.distributions[`${kind}_bytes`];
  const facts = [
    prompts && ['Prompts', number(prompts), `${number(sum('isl'))} tokens`],
    report.distributions.osl && ['Asked for', number(sum('osl')), 'tokens of output'],
    report.distributions.turns?.max > 1 && ['Turns', number(sum('turns')), `up to ${number(report.distributions.turns.max)} a record`],
    ...['image', 'audio', 'video'].map(kind => media(kind) &&
      [`${KINDS[kind][0].toUpperCase()}${KINDS[kind].slice(1)}s`, number(media(kind).count), bytes(sum(`${kind}_bytes`))]),
  ];
  at('overview').append(el('dl', {class: 'facts card'}, facts.filter(Boolean).map(([name, value, more]) =>
    el('div', {}, el('dt', {}, name), el('dd', {}, el('strong', {}, value), el('span', {class: 'soft'}, more))))));
};

const showFaults = () => {
  const {faults, fault_count: found, prompts, decoded, undecoded} = report;
  const checked = [
    plural(report.records, 'record'), prompts.count && `${plural(prompts.count, 'prompt')} counted again`,
    decoded && plural(decoded, 'medium decoded', 'media decoded'),
    undecoded && `${plural(undecoded, 'image')} too large to be decoded`,
  ].filter(Boolean).join(', ');
  at('faults').append(el('p', {class: 'note'}, `Checked: ${checked}, every digest.`));
  if (!found) {
    at('faults').append(el('p', {class: 'good'}, 'No fault found.'));
    return;
  }
  at('faults').append(scroller('Faults', table('Faults, in the order of the dataset', ['Where', 'What'],
    faults.map(({place, problem}) => [el('code', {}, place), problem]), {class: 'faults'})));
  if (found > faults.length) {
    at('faults').append(el('p', {class: 'note'}, `… and ${number(found - faults.length)} more, which are not told one by one.`));
  }
};

const showFigures = () => {
  const same = quantities.filter(it => it.min === it.max);
  const spread = quantities.filter(it => it.min !== it.max);
  if (spread.length) at('figures').append(el('div', {class: 'charts'}, spread.map(chart)));
  if (same.length) {
    at('figures').append(el('h3', {class: 'aside'}, 'Always the same'), el('dl', {class: 'constants'}, same.map(it =>
      el('div', {}, el('dt', {}, it.title[0]), el('dd', {}, el('strong', {}, shown(it.min, it.unit)),
        ['tokens', 'pixels'].includes(it.unit) && ` ${it.unit}`, el('span', {class: 'soft'}, ` × ${number(it.count)}`))))));
  }
};

const showTokens = () => {
  const found = distributions.filter(it => !it.title).map(it => [...it.name.split('_tokens.'), it]);
  if (!found.length) return at('tokens').remove();
  const rows = found.sort((a, b) => a[1].localeCompare(b[1])).map(([kind, family, it]) => [family, KINDS[kind], number(it.count),
    ...['mean', 'min', 'p50', 'p99', 'max'].map(key => shown(it[key], 'tokens')), shown(it.mean * it.count, 'tokens', 0)]);
  at('tokens').append(scroller('Media tokens by model family',
    table('Predicted tokens of each kind of medium, by model family',
      ['Family', 'Medium', 'Count', 'Mean', 'Min', 'p50', 'p99', 'Max', 'All'], rows)));
};

const showAlike = () => {
  const rows = [
    [report.prompts, 'Prompts', 'are like one before'],
    [report.beginnings, 'Beginnings', 'prompts begin with the same 64 bytes as one before'],
    [report.items, 'Media', 'are like one before, not counting the pool of reused ones'],
  ];
  const cards = rows.filter(([of]) => of.count).map(([{count, repeated}, name, words]) => {
    const bar = el('span', {});
    bar.style.width = `${repeated / count * 100}%`;
    const part = repeated && repeated / count < 0.001 ? '<0.1' : number(repeated / count * 100, repeated % count ? 1 : 0);
    return el('div', {class: 'card'}, el('h3', {}, name), el('p', {class: 'mean'}, el('strong', {}, `${part} %`)),
      el('div', {class: 'bar', 'aria-hidden': 'true'}, bar), el('p', {class: 'soft'}, `${number(repeated)} of ${number(count)} ${words}.`));
  });
  if (!cards.length) return at('alike').remove();
  at('alike').append(el('div', {class: 'charts'}, cards));
};

const showManifest = () => {
  const cut = data.manifest_bytes - new TextEncoder().encode(data.manifest).length;
  at('manifest-note').textContent = cut > 0
    ? `manifest.json, whose last ${bytes(cut)} are left out: the request that makes this dataset again, and what made it.`
    : 'manifest.json: the request that makes this dataset again, and what made it.';
  at('manifest').append(scroller('manifest.json', el('pre', {}, el('code', {}, data.manifest))));
};
