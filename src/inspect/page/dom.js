// Elements, and numbers as people read them. Whatever comes from the dataset becomes text, never markup.

const data = JSON.parse(document.getElementById('data').textContent);
const at = id => document.getElementById(id);

const fill = (node, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'class') node.setAttribute('class', value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.flat().filter(child => child !== undefined && child !== null && child !== false));
  return node;
};
const el = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);
const svg = (name, attributes = {}, ...children) =>
  fill(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);

const number = (value, digits = 0) =>
  value.toLocaleString('en', {minimumFractionDigits: digits, maximumFractionDigits: digits});
const plural = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;

const bytes = value => {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${number(value, unit > 0 && value < 9.95 ? 1 : 0)} ${units[unit]}`;
};

const seconds = value => {
  if (value < 120) return `${number(value, value < 10 && value % 1 ? 2 : value % 1 ? 1 : 0)} s`;
  if (value < 7200) return `${number(Math.floor(value / 60))} min ${number(Math.round(value % 60))} s`;
  return `${number(value / 3600, 1)} h`;
};

// A value in its unit, with so many decimals where it is no whole number.
const shown = (value, unit, digits = 1) => {
  if (unit === 'bytes') return bytes(value);
  if (unit === 'seconds') return seconds(value);
  return number(value, Number.isInteger(value) ? 0 : digits);
};

// A table with its caption; cells of numbers stand to the right.
const table = (caption, head, rows, attributes = {}) => el('table', attributes,
  el('caption', {class: 'hidden'}, caption),
  el('thead', {}, el('tr', {}, head.map((title, place) => el('th', {scope: 'col', class: place ? 'right' : null}, title)))),
  el('tbody', {}, rows.map(row => el('tr', {}, row.map((cell, place) =>
    place ? el('td', {class: 'right'}, cell) : el('th', {scope: 'row'}, cell))))));

// What may be wider than the page scrolls by itself, by keys too.
const scroller = (label, ...children) => el('div', {class: 'scroller', role: 'group', 'aria-label': label, tabindex: 0}, ...children);
