// Every record's counts: sorted, filtered, page by page.

const records = data.records;
const HEADS = {
  index: ['Record'], share: ['Share'], turns: ['Turns'], isl: ['ISL', 'tokens'], osl: ['OSL', 'tokens'],
  images: ['Images'], image_bytes: ['Image bytes', 'bytes'], audios: ['Sounds'], audio_bytes: ['Sound bytes', 'bytes'],
  videos: ['Clips'], video_bytes: ['Clip bytes', 'bytes'], faults: ['Faults'],
};

// A column's value in a row; one number stands for a column of nothing else.
const cell = (name, row) => {
  if (name === 'index') return records.index ? records.index[row] : records.first + row;
  const column = records[name];
  return Array.isArray(column) ? column[row] : column;
};

const showRecords = () => {
  const names = Object.keys(HEADS).filter(name => name === 'index' || records[name] !== 0);
  const rows = Array.from({length: records.count}, (_, row) => row);
  const known = new Set(samples.map(sample => sample.index));
  const state = {sort: 'index', down: false, page: 0, size: 25, ranges: {}};
  const those = records.whole ? 'every record' : `${number(records.count)} of ${number(report.records)} records, evenly spaced`;
  at('records-note').textContent = `Counts of ${those}. Numbers that are links lead to conversations above.`;

  const found = () => {
    const ranges = Object.entries(state.ranges).filter(([, [low, high]]) => low !== null || high !== null);
    const within = row => ranges.every(([name, [low, high]]) => {
      const value = cell(name, row);
      return (low === null || value >= low) && (high === null || value <= high);
    });
    const sign = state.down ? -1 : 1;
    return rows.filter(within).sort((a, b) => sign * (cell(state.sort, a) - cell(state.sort, b)) || a - b);
  };

  const body = el('tbody');
  const status = el('p', {class: 'status', role: 'status'});
  const heads = names.map(name => {
    const button = el('button', {type: 'button', onclick: () => {
      state.down = state.sort === name && !state.down;
      state.sort = name;
      state.page = 0;
      draw();
    }}, HEADS[name][0], el('span', {class: 'arrow', 'aria-hidden': 'true'}));
    return el('th', {scope: 'col', class: name === 'index' ? null : 'right', 'data-name': name}, button);
  });
  const page = el('input', {type: 'number', id: 'page', min: 1, inputmode: 'numeric', onchange: () => {
    state.page = Math.round(Number(page.value) || 1) - 1;
    draw();
  }});
  const last = el('span');
  const step = (label, to) => el('button', {type: 'button', onclick: () => {
    state.page = to();
    draw();
  }}, label);
  const pages = () => Math.max(Math.ceil(shownRows.length / state.size), 1);
  const steps = [step('First', () => 0), step('Previous', () => state.page - 1), step('Next', () => state.page + 1),
    step('Last', () => pages() - 1)];
  const size = el('select', {id: 'size', onchange: () => {
    state.size = Number(size.value);
    state.page = 0;
    draw();
  }}, [25, 50, 100, 250].map(value => el('option', {value}, value)));

  let shownRows = [];
  const draw = () => {
    shownRows = found();
    state.page = Math.min(Math.max(state.page, 0), pages() - 1);
    heads.forEach(head => {
      const sorted = head.dataset.name === state.sort;
      if (sorted) head.setAttribute('aria-sort', state.down ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
    });
    const part = shownRows.slice(state.page * state.size, (state.page + 1) * state.size);
    body.replaceChildren(...part.map(row => {
      const index = cell('index', row);
      const name = known.has(index) ? el('a', {href: `#record-${index}`, onclick: () => openSample(index)}, number(index)) : number(index);
      return el('tr', {}, el('th', {scope: 'row'}, name),
        names.slice(1).map(column =>
          el('td', {class: 'right'}, (HEADS[column][1] === 'bytes' ? bytes : number)(cell(column, row)))));
    }));
    status.textContent = `${number(shownRows.length)} of ${plural(records.count, 'record')}`;
    page.value = state.page + 1;
    page.max = pages();
    last.textContent = ` of ${number(pages())}`;
    steps.forEach((button, place) => button.disabled = place < 2 ? state.page === 0 : state.page === pages() - 1);
  };

  const bound = (name, side, value) => {
    const title = HEADS[name][0];
    return el('input', {type: 'number', inputmode: 'numeric', 'aria-label': `${title}, ${side ? 'at most' : 'at least'}`,
      placeholder: value, oninput: event => {
        const typed = event.target.value.trim();
        (state.ranges[name] ??= [null, null])[side] = typed === '' ? null : Number(typed);
        state.page = 0;
        draw();
      }});
  };
  const filters = names.map(name => {
    const values = rows.map(row => cell(name, row));
    const [low, high] = values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [Infinity, -Infinity]);
    return low < high && el('fieldset', {}, el('legend', {}, HEADS[name][0]),
      bound(name, 0, low), el('span', {}, 'to'), bound(name, 1, high));
  });
  const clear = el('button', {type: 'button', onclick: () => {
    state.ranges = {};
    form.reset();
    state.page = 0;
    draw();
  }}, 'Clear');
  const form = el('form', {class: 'filters', onsubmit: event => event.preventDefault()}, filters, clear);
  at('records').append(
    el('details', {class: 'card filter'}, el('summary', {}, 'Filter by counts'), form), status,
    scroller('Records', el('table', {class: 'records'}, el('caption', {class: 'hidden'}, 'Counts of each record'),
      el('thead', {}, el('tr', {}, heads)), body)),
    el('div', {class: 'pager', role: 'group', 'aria-label': 'Pages of records'}, steps.slice(0, 2),
      el('label', {for: 'page'}, 'Page ', page, last), steps.slice(2), el('label', {for: 'size'}, 'Rows ', size)));
  draw();
};
