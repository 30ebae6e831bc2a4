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
  const asks = element.querySelector('[data-asks]');
  const panel = () => document.getElementById('data-mend');
  const show = (tries) => { // the boxes, and the panel itself, may come a moment later than what it is about
    const boxes = [...document.querySelectorAll(`#data-mend-ask [data-call="${call}"] input`)];
    if (tries && (!panel()?.offsetHeight || (asks && !boxes.length))) return setTimeout(show, 60, tries - 1);
    panel()?.scrollIntoView({ behavior: 'smooth', block: 'start' });
    const first = boxes.find((box) => !box.value) || boxes[0] || element.querySelector('h2');
    first?.focus({ preventScroll: true });
    setTimeout(() => { // what comes in above or below may have stopped it on its way
      const top = panel()?.getBoundingClientRect().top;
      if (top !== undefined && (top < 0 || top > innerHeight / 2)) panel().scrollIntoView({ block: 'start' });
    }, 800);
  };
  setTimeout(show, 60, 50);
};
new MutationObserver(called).observe(element, { childList: true, subtree: true, attributes: true });
called();
