// The list of data sets: presses, a box for words that stays as typed whatever else changes, focus in what was opened.
const opens = ['rename', 'note', 'delete', 'download', 'versions', 'version_delete', 'version_compare'];
let typed = null; // {key, value, start, end} of the box that is being typed into
let opened = 0;

const boxOf = (key) => [...element.querySelectorAll('[data-typed]')].find((box) => box.dataset.typed === key);
const press = (pressed) => {
  const doing = pressed.dataset.do;
  const box = doing.startsWith('save') && pressed.closest('.lw-asking').querySelector('[data-typed]');
  trigger('click', { do: doing, id: box ? box.value : pressed.dataset.id || '' });
  if (['save', 'save_note', 'keep'].includes(doing)) typed = null;
  if (['use', 'version_use'].includes(doing)) setTimeout(() => scrollTo({ top: 0, behavior: 'smooth' }), 250);
  if (opens.includes(doing)) opened = Date.now();
};

const asked = () => {
  const question = [...element.querySelectorAll('.lw-differences, .lw-asking')].pop();
  if (!question) return;
  opened = 0;
  question.scrollIntoView({ behavior: 'smooth', block: 'nearest' });
  const box = question.querySelector('[data-typed]');
  const first = question.matches('[role=alertdialog]') ? '[data-do=keep]' : 'select, button, a'; // never what deletes
  (box || question.querySelector(first))?.focus({ preventScroll: true });
  if (box?.tagName === 'INPUT') box.select();
};
const kept = () => {
  const box = typed && boxOf(typed.key);
  if (!box || box.value === typed.value) return;
  box.value = typed.value;
  if (document.activeElement !== document.body) return;
  box.focus({ preventScroll: true });
  box.setSelectionRange(typed.start, typed.end);
};
new MutationObserver(() => {
  kept();
  if (Date.now() - opened < 5000) asked();
}).observe(element, { childList: true, subtree: true });

element.addEventListener('input', (event) => {
  const box = event.target.closest('[data-typed]');
  if (box) typed = { key: box.dataset.typed, value: box.value, start: box.selectionStart, end: box.selectionEnd };
});
element.addEventListener('change', (event) => {
  if (event.target.matches('select[data-do]')) trigger('click', { do: event.target.dataset.do, id: event.target.value });
});
element.addEventListener('click', (event) => {
  const pressed = event.target.closest('button[data-do]');
  if (pressed && element.contains(pressed)) press(pressed);
});
element.addEventListener('keydown', (event) => {
  const question = event.target.closest('.lw-asking');
  if (!question || event.isComposing) return;
  const save = question.querySelector('[data-do^=save]');
  const enter = event.key === 'Enter' && (event.target.tagName === 'INPUT' || event.ctrlKey || event.metaKey);
  if (enter && save && event.target.matches('[data-typed]')) press(save);
  if (event.key === 'Escape') press(question.querySelector('[data-do=keep]'));
});
