// Media: in their places in conversations, side by side, and one by one in a dialog.

const media = data.samples.media;
const TYPES = {image: 'Image', audio: 'Sound', video: 'Clip'};

const sizeOf = it => it.width && it.height ? `${number(it.width)} × ${number(it.height)}` : null;
const lengthOf = it => it.seconds === null ? null : seconds(it.seconds);
const titleOf = it => `${TYPES[it.kind]} of record ${number(it.record)}`;
const briefOf = it => [it.format.toUpperCase(), sizeOf(it), lengthOf(it), bytes(it.bytes)].filter(Boolean).join(' · ');

// What is left out of the page, in words; nothing where the item is there as it is.
const lack = it => {
  if (it.shown === 'whole') return null;
  const much = `its ${bytes(it.bytes)} are too much for this page.`;
  if (it.shown === 'small') return `A small picture of it: ${much}`;
  if (it.shown === 'beginning') return `Its first ${seconds(it.seconds_shown)}, in lower quality: ${much}`;
  return `${it.poster ? 'Its first frame' : 'Not shown'}: ${it.why}.`;
};

// The same in a few words.
const LACKS = {small: 'shown small', beginning: 'its beginning', nothing: 'not shown'};
const lacking = it => it.shown === 'nothing' && it.poster ? 'first frame only' : LACKS[it.shown];

// In place of what this browser cannot show.
const failed = it => event => {
  event.target.replaceWith(el('span', {class: 'absent'}, `This browser cannot show this ${KINDS[it.kind]} (${it.codec ?? it.format}).`));
};

const pictureOf = (it, source, attributes = {}) => el('img', {
  src: source, alt: `${titleOf(it)}, ${briefOf(it)}`, loading: 'lazy', decoding: 'async', width: it.width, height: it.height,
  onerror: failed(it), ...attributes,
});

// What can be looked at or played.
const view = it => {
  const label = `${titleOf(it)}, ${briefOf(it)}`;
  if (it.kind === 'image' && it.data) return pictureOf(it, it.data);
  if (it.kind === 'audio' && it.data) {
    return el('audio', {controls: true, preload: 'metadata', src: it.data, 'aria-label': label, onerror: failed(it)});
  }
  if (it.kind === 'video' && it.data) {
    return el('video', {controls: true, preload: 'metadata', playsinline: true, src: it.data, poster: it.poster, 'aria-label': label,
      width: it.width, height: it.height, onerror: failed(it)});
  }
  if (it.poster) return pictureOf(it, it.poster);
  return el('p', {class: 'absent'}, TYPES[it.kind], ' not shown');
};

const facts = it => [
  ['Format', it.format], ['Codec', it.codec], ['Pixels', sizeOf(it)], ['Length', lengthOf(it)],
  ['Frames', it.frames && `${number(it.frames)}${it.fps ? ` at ${it.fps} a second` : ''}`],
  ['Samples', it.sample_rate && `${number(it.sample_rate)} Hz, ${plural(it.channels ?? 1, 'channel')}`],
  ['Bytes', number(it.bytes)], ['File', it.file && el('code', {}, it.file)],
  ...Object.entries(it.tokens).map(([family, tokens]) => [`Tokens of ${family}`, number(tokens)]),
].filter(([, value]) => value);

const viewer = at('viewer');
at('viewer-close').addEventListener('click', () => viewer.close());
viewer.addEventListener('click', event => event.target === viewer && viewer.close());
viewer.addEventListener('close', () => at('viewer-body').replaceChildren());

const enlarge = it => {
  const large = view(it);
  if (it.kind !== 'audio') large.style.width = `${Math.max(it.width, 320)}px`;
  at('viewer-title').textContent = titleOf(it);
  at('viewer-body').replaceChildren(...[large, lack(it) && el('p', {class: 'lack'}, lack(it)),
    el('dl', {class: 'constants'}, facts(it).map(([name, value]) =>
      el('div', {}, el('dt', {}, name), el('dd', {}, value))))].filter(Boolean));
  viewer.showModal();
};

// An item in its place in a conversation.
const figure = it => el('figure', {class: `item ${it.kind}`}, view(it), el('figcaption', {},
  el('span', {}, briefOf(it), ' ', el('button', {type: 'button', class: 'quiet', onclick: () => enlarge(it),
    'aria-label': `Details of ${KINDS[it.kind]} of record ${number(it.record)}`}, 'Details')),
  it.file && el('code', {}, it.file), lack(it) && el('span', {class: 'lack'}, lack(it))));

const tile = it => {
  const brief = el('span', {class: 'brief'}, el('b', {}, `Record ${number(it.record)}`), briefOf(it),
    lacking(it) && el('span', {class: 'lack'}, lacking(it)));
  const picture = it.kind === 'image' ? it.data : it.poster;
  if (it.kind === 'audio') return el('li', {class: 'tile sound'}, view(it), brief);
  const thumb = el('span', {class: `thumb${it.kind === 'video' && it.data ? ' plays' : ''}`},
    picture ? pictureOf(it, picture, {alt: ''}) : el('span', {class: 'absent'}, 'No picture of it'));
  return el('li', {class: 'tile'}, el('button', {type: 'button', onclick: () => enlarge(it)}, thumb, brief));
};

// Tiles that stand there before all are asked for: of each kind the first dozen.
const TILES = 12;

const tilesOf = (kind, title) => {
  const those = media.filter(it => it.kind === kind);
  const seen = those.filter(it => it.data || it.poster);
  const list = el('ul', {class: `tiles ${kind}s`}, seen.slice(0, TILES).map(tile));
  const all = el('button', {type: 'button', onclick: () => {
    const rest = seen.slice(TILES).map(tile);
    list.append(...rest);
    all.remove();
    rest[0].querySelector('button, audio').focus();
  }}, `Show all ${number(seen.length)}`);
  const unseen = those.length - seen.length;
  return those.length ? [el('h3', {class: 'aside'}, title), seen.length > 0 && list, el('p', {class: 'controls'}, seen.length > TILES && all,
    unseen > 0 && el('span', {class: 'lack'},
      `${number(unseen)} of ${number(those.length)} are not shown; the conversations say why.`))] : [];
};

const showMedia = () => {
  if (!media.length) return at('media').remove();
  fill(at('media'), {}, [['image', 'Images'], ['video', 'Clips'], ['audio', 'Sounds']].flatMap(([kind, title]) => tilesOf(kind, title)));
};
