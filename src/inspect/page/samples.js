// Some records as they read: a conversation each, with its tokens and its media.

const samples = data.samples.records;
const texts = data.samples.texts;

// A text with a sign where its lines end.
const lines = text => text.split('\n').flatMap((line, place) =>
  place ? [el('i', {class: 'end', 'aria-hidden': 'true'}), `\n${line}`] : [line]);

// A long text shows its beginning; a button shows the rest. Nothing for a short one.
const folded = (words, text) => {
  if (text.length < 1500 && text.split('\n').length < 20) return null;
  words.classList.add('long');
  const button = el('button', {type: 'button', class: 'quiet', 'aria-expanded': 'false', onclick: () => {
    const all = words.classList.toggle('all');
    button.setAttribute('aria-expanded', all);
    button.textContent = all ? 'Show less' : 'Show all of it';
  }}, 'Show all of it');
  return button;
};

// A text whose tokens can be told apart: a stretch each, in colours that take turns.
const tokens = ({text, pieces, tokens: count, more, changed}) => {
  const words = el('p', {class: 'text', dir: 'auto'});
  if (pieces) {
    let start = 0;
    words.append(...pieces.map((piece, place) => {
      const [length, tokens_] = Array.isArray(piece) ? piece : [piece, null];
      const part = text.slice(start, start + length);
      start += length;
      return el('span', {class: `t t${place % 4}`, 'data-n': tokens_}, lines(part));
    }));
  } else {
    words.append(text);
  }
  const left = more > 0 && `… and ${count === null ? `${bytes(more)}` : plural(more, 'token')} more, not shown here.`;
  return [words, folded(words, text), left && el('p', {class: 'lack'}, left),
    changed && el('p', {class: 'lack'}, 'The tokenizer changes the text before it parts it; these are its tokens as it writes them.')];
};

const say = (who, role, about, ...parts) => el('li', {class: `said ${role}`},
  el('h3', {}, who, about && el('span', {class: 'soft'}, about)), ...parts);

const turnOf = (turn, place, sample) => {
  const several = sample.turns.length > 1;
  const length = turn.isl !== null && `${plural(turn.isl, 'token')}${turn.prompts > 1 ? ` in ${number(turn.prompts)} prompts` : ''}`;
  const about = [length, turn.delay_ms && `after ${seconds(turn.delay_ms / 1000)}`];
  const parts = turn.parts.map(part => part.text === undefined ? figure(media[part.item]) : tokens(texts[part.text]));
  const written = turn.parts.some(part => part.text !== undefined);
  const user = say(several ? `User, turn ${place + 1}` : 'User', 'user', about.filter(Boolean).join(', '), ...parts.flat(),
    !written && turn.isl !== null && el('p', {class: 'absent'}, 'No text stands in the files: their reader makes a prompt of this length.'),
    turn.more > 0 && el('p', {class: 'lack'}, `… and ${plural(turn.more, 'more part')}, not shown here.`));
  const asked = turn.osl === null ? 'as long as the model likes' : `${plural(turn.osl, 'token')} asked for`;
  const answer = turn.answer === null
    ? say('Answer', 'answer empty', asked)
    : say('Answer', 'answer', `${asked}; made up beforehand`, ...tokens(texts[turn.answer]));
  return [user, answer];
};

const conversation = sample => [
  el('p', {class: 'places'}, sample.places.map(place => el('code', {}, place))),
  sample.faults.length > 0 && el('ul', {class: 'bad'}, sample.faults.map(({place, problem}) =>
    el('li', {}, el('code', {}, place), `: ${problem}`))),
  el('ol', {class: 'said-all', 'aria-label': `Record ${number(sample.index)}`},
    sample.system !== null && say('System', 'system', sample.system_tokens !== null && plural(sample.system_tokens, 'token'),
      ...tokens(texts[sample.system])),
    sample.turns.flatMap((turn, place) => turnOf(turn, place, sample))),
  sample.more > 0 && el('p', {class: 'lack'}, `… and ${plural(sample.more, 'more turn')}, not shown here.`),
];

// The first words, and what there is of everything.
const summaryOf = sample => {
  const first = sample.turns.flatMap(turn => turn.parts).find(part => part.text !== undefined);
  const words = first ? texts[first.text].text.slice(0, 160).replace(/\s+/gu, ' ') : '';
  const counts = Object.keys(KINDS).map((kind, place) => [sample.items[place], kind]).filter(([count]) => count);
  const isl = sample.turns.reduce((all, turn) => all + (turn.isl ?? 0), 0);
  const osl = sample.turns.reduce((all, turn) => all + (turn.osl ?? 0), 0);
  return el('summary', {},
    el('span', {class: 'index'}, number(sample.index)),
    el('span', {class: 'preview', dir: 'auto'}, words || '(no text)'),
    el('span', {class: 'counts'}, [
      sample.turns.length + sample.more > 1 && plural(sample.turns.length + sample.more, 'turn'),
      `${number(isl)} → ${osl ? number(osl) : '…'}`,
      ...counts.map(([count, kind]) => plural(count, KINDS[kind])), sample.faults.length > 0 && plural(sample.faults.length, 'fault'),
    ].filter(Boolean).map(text => el('span', {}, text))));
};

const unfold = details => {
  if (details.childElementCount > 1) return;
  details.append(el('div', {class: 'conversation'}, ...conversation(details.sample).filter(Boolean)));
};

// Opens the conversation of a record, where there is one.
const openSample = index => {
  const details = at(`record-${index}`);
  if (!details) return;
  details.open = true;
  unfold(details);
  details.scrollIntoView({block: 'start'});
  details.querySelector('summary').focus({preventScroll: true});
};

const showSamples = () => {
  if (!samples.length) return at('samples').remove();
  const all = samples.length === report.records;
  at('samples-note').textContent = all
    ? 'Every record as it reads, with its tokens as its tokenizer parts them.'
    : `${plural(samples.length, 'record')} as they read, evenly spaced over the dataset, with their tokens as the tokenizer parts them.`;
  const list = el('div', {class: 'samples'}, samples.map(sample => {
    const details = el('details', {class: 'sample', id: `record-${sample.index}`}, summaryOf(sample));
    details.sample = sample;
    details.addEventListener('toggle', () => details.open && unfold(details));
    return details;
  }));
  const toggle = el('input', {type: 'checkbox', id: 'boundaries', checked: true,
    onchange: () => list.classList.toggle('plain', !toggle.checked)});
  const every = open => () => list.querySelectorAll('details.sample').forEach(it => it.open = open);
  at('samples').append(el('p', {class: 'controls'}, el('label', {for: 'boundaries'}, toggle, ' Show where tokens end'),
    el('button', {type: 'button', onclick: every(true)}, 'Open all'), el('button', {type: 'button', onclick: every(false)}, 'Close all')), list);
  list.firstElementChild.open = true;
  unfold(list.firstElementChild);
};
