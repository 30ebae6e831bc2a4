// The row in the form: what is typed stays in the page until it is saved, and is asked about before it would be lost.
const send = (doing, id) => trigger('click', { do: doing, id: id || '' });
const form = () => element.querySelector('form.lw-edit');
const first = new WeakMap(); // what each box said when the form came
let shown = '', then = null, saving = false;

const grow = (box) => {
  box.style.height = 'auto';
  box.style.height = `${box.scrollHeight + 2}px`;
};
const value = (box) => (box.value === first.get(box) ? null : box.value);
const turns = (part) =>
  [...part.querySelectorAll('.lw-edit-turn')].map((turn) => ({
    was: turn.dataset.was === undefined ? null : Number(turn.dataset.was),
    role: turn.querySelector('select')?.value || turn.dataset.role,
    content: value(turn.querySelector('textarea')),
  }));
const typed = () => {
  const from = form();
  const said = { form: Number(from.dataset.form) };
  const alone = from.querySelector('.lw-edit-text textarea');
  if (alone) return { ...said, text: value(alone) };
  said.parts = Object.fromEntries([...from.querySelectorAll('[data-part]')].map((part) => [part.dataset.part, turns(part)]));
  const tick = from.querySelector('[name=label]');
  return tick ? { ...said, label: tick.checked } : said;
};
const state = () => (form() ? JSON.stringify({ ...typed(), form: 0 }) : '');
let before = '';
const unsaved = () => Boolean(form()) && state() !== before;

// -- what was typed outlives a reload, another language, other data and a program that is started anew
let stale = false; // it was typed into the row as it was before
const tickOf = (from) => from.querySelector('[name=label]');
const keep = () => {
  const from = form();
  if (!from) return;
  if (!unsaved()) return window.lwKept.drop(from.dataset.name);
  const tick = tickOf(from);
  const label = tick && tick.checked !== tick.defaultChecked ? tick.checked : undefined;
  window.lwKept.put(from.dataset.name, { base: stale ? '' : from.dataset.base, ...typed(), label });
};
const restore = (from) => {
  const kept = window.lwKept.of(from.dataset.name);
  stale = false;
  if (!kept) return;
  const alone = from.querySelector('.lw-edit-text textarea');
  if (alone && typeof kept.text === 'string') alone.value = kept.text;
  for (const [name, lines] of Object.entries(kept.parts || {})) {
    const list = from.querySelector(`[data-part="${name}"] .lw-edit-turns`);
    if (!list) continue;
    const was = new Map([...list.children].map((turn) => [turn.dataset.was, turn]));
    list.replaceChildren(...lines.map((line) => {
      const turn = was.get(String(line.was)) || fresh(from);
      if (typeof line.content === 'string') turn.querySelector('textarea').value = line.content;
      role(turn, line.role);
      return turn;
    }));
  }
  const tick = tickOf(from);
  if (tick && typeof kept.label === 'boolean') tick.checked = kept.label;
  if (kept.base === from.dataset.base || from.dataset.new !== undefined || !unsaved()) return;
  stale = true; // somebody changed the row since: nothing is written over it without asking
  send('stale', from.dataset.form);
};
const forget = (name) => window.lwKept.drop(name || form()?.dataset.name);

// -- turns
const fresh = (from) => from.querySelector('template').content.firstElementChild.cloneNode(true);
const role = (turn, name) => {
  const menu = turn.querySelector('select');
  if (menu) menu.value = name;
  turn.className = `lw-edit-turn lw-edit-${name}`;
  turn.dataset.role = name;
  turn.querySelector('textarea').setAttribute('aria-label', menu ? menu.selectedOptions[0].text : name);
};
const close = () => send('close');
const ACT = {
  add: (button) => {
    const list = button.closest('.lw-edit-part').querySelector('.lw-edit-turns'), turn = fresh(form());
    list.append(turn);
    role(turn, turn.previousElementSibling?.dataset.role === 'user' ? 'assistant' : 'user');
    grow(turn.querySelector('textarea'));
    turn.querySelector('textarea').focus();
  },
  remove: (button) => {
    const turn = button.closest('.lw-edit-turn'), next = turn.nextElementSibling || turn.previousElementSibling;
    const add = turn.closest('.lw-edit-part').querySelector('[data-edit=add]');
    turn.remove();
    (next?.querySelector('textarea') || add).focus();
  },
  up: (button) => move(button, -1),
  down: (button) => move(button, 1),
  save: () => save('save'),
  save_next: () => save('save_next'),
  mine: () => save('mine'),
  cancel: () => leave(close),
  save_it: () => {
    afterwards = then === close ? null : then;
    then = null;
    element.querySelector('.lw-edit-ask').hidden = true;
    save('save');
  },
  duplicate: () => leave(() => send('duplicate', form().dataset.name.split(' ')[1])),
  delete: () => send('delete', form().dataset.name.split(' ')[1]),
  stay: () => {
    element.querySelector('.lw-edit-ask').hidden = true;
    element.querySelector('textarea')?.focus();
  },
  lose: () => {
    forget();
    before = state();
    element.querySelector('.lw-edit-ask').hidden = true;
    const go = then;
    then = null;
    if (go) go();
  },
};
const move = (button, by) => {
  const turn = button.closest('.lw-edit-turn'), other = by < 0 ? turn.previousElementSibling : turn.nextElementSibling;
  if (other) by < 0 ? other.before(turn) : other.after(turn);
  button.focus();
};
let afterwards = null; // what was asked for before the row was saved
let busy = []; // buttons that say so until the answer comes
const bar = () => document.querySelector('#bar-plan [data-action=save_row]') && document.querySelector('#bar-primary');
const wait = () => {
  const said = form().dataset.saving;
  busy = [element.querySelector('.lw-edit-save'), bar()].filter(Boolean).map((button) => {
    const words = [...button.childNodes].find((node) => node.nodeType === 3 && node.data.trim());
    const before = words?.data;
    if (words) words.data = said;
    button.setAttribute('aria-busy', 'true');
    return { button, words, before, said };
  });
};
const answered = () => {
  saving = false;
  for (const { button, words, before, said } of busy.splice(0)) {
    button.removeAttribute('aria-busy');
    if (words?.data === said) words.data = before;
  }
};
const save = (how) => {
  if (!form() || saving) return;
  const said = JSON.stringify({ ...typed(), stale }), large = element.querySelector('.lw-edit-large');
  large.hidden = said.length <= Number(form().dataset.limit);
  if (!large.hidden) return large.scrollIntoView({ behavior: 'smooth', block: 'nearest' });
  saving = true;
  wait();
  setTimeout(answered, 20000); // no answer came: it may be tried again
  keep();
  saved = { name: form().dataset.name, state: state() };
  send(how, said);
};
let saved = null;

// before typed text would be lost, the page asks; true when it does
const leave = (go) => {
  if (!unsaved()) {
    if (form()) forget();
    go();
    return false;
  }
  then = go;
  const ask = element.querySelector('.lw-edit-ask');
  ask.hidden = false;
  ask.scrollIntoView({ behavior: 'smooth', block: 'nearest' });
  ask.querySelector('[data-edit=stay]').focus({ preventScroll: true });
  return true;
};
window.lwEdit = { unsaved, leave, save };

// -- a form came, or went
const came = () => {
  const from = form(), number = from?.dataset.form || '';
  if (number === shown) return;
  answered();
  const went = shown;
  shown = number;
  if (went && saved) {
    if (element.querySelector('[data-saved]')?.dataset.saved === went) forget(saved.name); // it went because it was saved
    saved = null;
  }
  window.lwKept.went();
  const go = from ? null : afterwards;
  afterwards = null;
  if (go) return go();
  if (!from) {
    if (went && document.activeElement === document.body) back();
    return;
  }
  for (const box of from.querySelectorAll('textarea')) {
    box.value = box.defaultValue; // the boxes of the form before may have become these
    first.set(box, box.value);
  }
  if (tickOf(from)) tickOf(from).checked = tickOf(from).defaultChecked;
  element.querySelector('.lw-edit-ask').hidden = true;
  element.querySelector('.lw-edit-large').hidden = true;
  before = state();
  restore(from);
  for (const box of from.querySelectorAll('textarea')) grow(box);
  const boxes = [...from.querySelectorAll('textarea')];
  const empty = boxes.find((box) => !box.value) || boxes[0];
  empty?.focus({ preventScroll: true });
  from.scrollIntoView({ behavior: 'smooth', block: 'nearest' });
};
const back = () => document.querySelector('#data-table [aria-current]')?.focus({ preventScroll: true });
new MutationObserver(came).observe(element, { childList: true, subtree: true });
new MutationObserver(() => { // it was refused: the note says why
  if (document.querySelector('#data-edit-note [data-tries]')) answered();
}).observe(document.querySelector('#data-edit-note'), { childList: true, subtree: true, attributes: true, characterData: true });
came();

// -- the hands
element.addEventListener('click', (event) => {
  const pressed = event.target.closest('[data-edit]');
  if (!pressed) return;
  event.preventDefault();
  ACT[pressed.dataset.edit]?.(pressed);
  keep();
});
element.addEventListener('click', (event) => {
  const on = event.target.closest('[data-on]');
  if (on) send(on.dataset.do, on.dataset.id);
});
element.addEventListener('submit', (event) => event.preventDefault());
element.addEventListener('input', (event) => {
  saved = null;
  if (event.target.tagName === 'TEXTAREA') grow(event.target);
  keep();
});
element.addEventListener('change', (event) => {
  if (event.target.tagName === 'SELECT') role(event.target.closest('.lw-edit-turn'), event.target.value);
  keep();
});
element.addEventListener('keydown', (event) => {
  if (event.isComposing || !form()) return;
  if (event.key === 'Tab' && !event.shiftKey && event.target.tagName === 'TEXTAREA') {
    const boxes = [...form().querySelectorAll('textarea')], next = boxes[boxes.indexOf(event.target) + 1];
    if (!next) return; // on to the buttons; what stands above a box is reached backwards
    event.preventDefault();
    next.focus();
    return;
  }
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    save(form().dataset.new === undefined ? 'save' : 'save_next');
  } else if (event.key === 'Escape') {
    event.preventDefault();
    if (!element.querySelector('.lw-edit-ask').hidden) ACT.stay();
    else ACT.cancel();
  }
});
if (!window.lwEditLeaves) {
  window.lwEditLeaves = true;
  addEventListener('beforeunload', (event) => { if (window.lwEdit?.unsaved()) event.preventDefault(); });
}
