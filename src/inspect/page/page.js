// Puts the page together.

showOverview();
showFaults();
showSamples();
showMedia();
showFigures();
showTokens();
showAlike();
showRecords();
showManifest();

// Faults come first where there are some; where there are none, that is a line behind the figures.
if (!report.fault_count) at('records').before(at('faults'));

const sections = [...document.querySelectorAll('main > section')];
at('contents').append(...sections.map(section => el('li', {}, el('a', {href: `#${section.id}`}, section.querySelector('h2').textContent))));

const opened = () => {
  const index = location.hash.match(/^#record-(\d+)$/u)?.[1];
  if (index !== undefined) openSample(index);
};
addEventListener('hashchange', opened);
opened();

// The section that is read is marked in the list of them.
const current = new IntersectionObserver(seen => seen.filter(it => it.isIntersecting).forEach(it => {
  for (const link of at('contents').querySelectorAll('a')) {
    if (link.hash === `#${it.target.id}`) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  }
}), {rootMargin: '-10% 0px -80% 0px'});
sections.forEach(section => current.observe(section));
