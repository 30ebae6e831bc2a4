// Presses, numbers that are typed, and tokens that are walked through, in one part of the Data tab.
const press = (doing, id, to) => {
  trigger('click', { do: doing, id: id || '' });
  const goal = to && document.querySelector(to);
  if (goal) setTimeout(() => goal.scrollIntoView({ behavior: 'smooth', block: 'nearest' }), 250);
};
element.addEventListener('click', (event) => {
  const pressed = event.target.closest('[data-do]');
  if (!pressed || !element.contains(pressed)) return;
  if (pressed.tagName === 'TR' && String(getSelection())) return; // words are being marked, not a row pressed
  press(pressed.dataset.do, pressed.dataset.id, pressed.dataset.to);
});

let back = null; // the box that was typed into is drawn anew with the answer
const drawn = () => {
  if (!back) return;
  const box = element.querySelector(`[data-enter="${back}"]`);
  if (box && document.activeElement === document.body) box.focus({ preventScroll: true });
  back = null;
};
new MutationObserver(drawn).observe(element, { childList: true, subtree: true });

const tell = (token) => {
  const line = token.closest('.lw-tokens-view')?.querySelector('.lw-token-detail');
  if (line) line.textContent = `${token.textContent.replace(/\n/g, '↵').replace(/ /g, '·').replace(/\t/g, '→') || '▫'}   ${token.title}`;
};
const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };
element.addEventListener('keydown', (event) => {
  const box = event.target.closest?.('[data-enter]');
  if (box && event.key === 'Enter' && !event.isComposing) {
    back = box.dataset.enter;
    press(box.dataset.enter, box.value);
    return;
  }
  const token = event.target.closest?.('.lw-tk[title]');
  if (!token || !(event.key in step)) return;
  const all = [...token.closest('.lw-tokens').querySelectorAll('.lw-tk[title]')];
  const next = all[Math.max(0, Math.min(all.length - 1, all.indexOf(token) + step[event.key]))];
  token.tabIndex = -1;
  next.tabIndex = 0;
  next.focus();
  event.preventDefault();
});
for (const kind of ['mouseover', 'focusin'])
  element.addEventListener(kind, (event) => {
    const token = event.target.closest?.('.lw-tk[title]');
    if (token) tell(token);
  });
