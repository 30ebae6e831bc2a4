// Presses, numbers that are typed, rows and tokens that are walked through, in one part of the Data tab.
const LEAVES = ['row', 'out', 'previous', 'following', 'jump', 'step', 'edit', 'new', 'complete', 'duplicate'];
const press = (doing, id, to) => {
  const go = () => {
    trigger('click', { do: doing, id: id || '' });
    const goal = to && document.querySelector(to);
    if (goal) setTimeout(() => goal.scrollIntoView({ behavior: 'smooth', block: 'nearest' }), 250);
  };
  if (LEAVES.includes(doing) && window.lwEdit) window.lwEdit.leave(go); // what is typed is asked about first
  else go();
};
element.addEventListener('click', (event) => {
  if (event.target.closest('[data-edit=mine]')) return window.lwEdit?.save('mine');
  const pressed = event.target.closest('[data-do]');
  if (!pressed || !element.contains(pressed)) return;
  if (pressed.tagName === 'TR' && String(getSelection())) return; // words are being marked, not a row pressed
  const box = pressed.dataset.from && element.querySelector(pressed.dataset.from);
  press(pressed.dataset.do, box ? box.value : pressed.dataset.id, pressed.dataset.to);
});

let back = null; // the box that was typed into is drawn anew with the answer
const drawn = () => {
  if (!back) return;
  const box = element.querySelector(`[data-enter="${back}"]`);
  if (box && document.activeElement === document.body) box.focus({ preventScroll: true });
  back = null;
};
new MutationObserver(drawn).observe(element, { childList: true, subtree: true });

// a question that came is answered by keyboard too; in the table the keys walk through the rows
let asked = null, walking = 0, left = '';
const current = () => element.querySelector('tr [aria-current]');
const where = () => `${current()?.dataset.do} ${current()?.dataset.id}`;
new MutationObserver(() => {
  const question = element.querySelector('[data-focus]');
  if (question && question !== asked) {
    question.focus({ preventScroll: true });
    question.closest('div').scrollIntoView({ behavior: 'smooth', block: 'nearest' });
  }
  asked = question;
  if (Date.now() - walking > 3000 || !current() || where() === left) return;
  walking = 0;
  current().focus({ preventScroll: true });
  current().closest('tr').scrollIntoView({ block: 'nearest' });
}).observe(element, { childList: true, subtree: true, attributes: true, attributeFilter: ['aria-current', 'data-id', 'data-focus'] });
const WALK = { ArrowUp: 'up', ArrowDown: 'down', PageUp: 'page_up', PageDown: 'page_down', Home: 'first', End: 'last' };
const KEYS = { e: 'edit', n: 'new', Delete: 'delete' };
element.addEventListener('keydown', (event) => {
  if (!event.target.closest('#data-table .lw-scroll') || event.ctrlKey || event.metaKey || event.altKey) return;
  const walk = WALK[event.key], key = KEYS[event.key];
  if (walk) {
    if (event.repeat && Date.now() - walking < 150) return event.preventDefault(); // as fast as it can be answered
    walking = Date.now();
    left = where();
    press('step', walk);
  } else if (key) press(key, '');
  else if (event.key === 'Enter' && event.target.matches('.lw-scroll')) current()?.click();
  else return;
  event.preventDefault();
});

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
