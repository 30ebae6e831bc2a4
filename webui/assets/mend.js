// What would be mended: presses and boxes of the panel; when a person has just asked for it, it comes into sight.
const said = (box) => (box.type === 'checkbox' ? (box.checked ? 'yes' : 'no') : box.value);
const tell = (box) => trigger('click', { do: 'set', id: `${box.dataset.set}=${said(box)}` });
const waiting = new Map();
element.addEventListener('input', (event) => {
  const box = event.target.closest('[data-set]');
  if (!box) return;
  clearTimeout(waiting.get(box));
  waiting.set(box, setTimeout(() => { waiting.delete(box); tell(box); }, box.type === 'checkbox' ? 0 : 350));
});
element.addEventListener('focusout', (event) => { // whoever goes on to the bar has said all
  if (!waiting.has(event.target)) return;
  clearTimeout(waiting.get(event.target));
  waiting.delete(event.target);
  tell(event.target);
});
element.addEventListener('click', (event) => {
  const pressed = event.target.closest('button[data-do]');
  if (pressed && element.contains(pressed) && pressed.ariaDisabled !== 'true')
    trigger('click', { do: pressed.dataset.do, id: pressed.dataset.id || '' });
});
element.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !event.isComposing) trigger('click', { do: 'mend_close', id: '' });
});

const called = () => {
  const call = element.querySelector('[data-call]')?.dataset.call;
  if (!call || call === '0' || call === window.lwMendCall) return;
  window.lwMendCall = call;
  setTimeout(() => {
    document.getElementById('data-mend')?.scrollIntoView({ behavior: 'smooth', block: 'start' });
    const first = document.querySelector('#data-mend-ask input') || element.querySelector('h2');
    first?.focus({ preventScroll: true });
  }, 120);
};
new MutationObserver(called).observe(element, { childList: true, subtree: true, attributes: true });
called();
