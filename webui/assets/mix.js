// Putting data sets together: what is typed stays whatever is drawn anew, and is told when the person pauses.
const form = () => document.querySelector('#data-mix');
const fields = () => [...(form()?.querySelectorAll('[data-field], [data-part], [data-amount]') || [])];
const nameOf = (box) => (box.dataset.field ? box.dataset.field : box.dataset.part ? `part:${box.dataset.part}` : `amount:${box.dataset.amount}`);
const valueOf = (box) => (box.type === 'checkbox' ? box.checked : box.value);
const gathered = () => JSON.stringify(Object.fromEntries(fields().map((box) => [nameOf(box), valueOf(box)])));

if (element.closest('#data-mix')) {
  const given = new Map(); // what the person said, by the name of the box
  let waiting = 0, made = '0';
  const tell = (pause) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => trigger('click', { do: 'set', id: gathered() }), pause);
  };
  element.addEventListener('input', (event) => {
    const box = event.target.closest('[data-field], [data-part], [data-amount]');
    if (!box) return;
    given.set(nameOf(box), valueOf(box));
    const tick = box.dataset.amount && box.value && element.querySelector(`[data-part="${box.dataset.amount}"]`);
    if (tick && !tick.checked) {
      tick.checked = true; // who says how much wants it
      given.set(nameOf(tick), true);
    }
    tell(box.type === 'checkbox' || box.tagName === 'SELECT' ? 0 : 350);
  });
  // Gradio keeps the boxes that are there and changes what they are called: each gets what was said of it.
  let typing = '';
  element.addEventListener('focusin', (event) => (typing = event.target.matches('input, textarea') ? nameOf(event.target) : ''));
  // a set was made of what was said: the boxes are empty again, and the page shows what came of it
  const fold = () => {
    clearTimeout(waiting);
    given.clear();
    typing = '';
    document.querySelector('#data-mix-box > button.open')?.click();
    setTimeout(() => scrollTo({ top: 0, behavior: 'smooth' }), 250);
  };
  const put = () => {
    const count = element.querySelector('[data-made]')?.dataset.made || '0';
    if (Number(count) > Number(made)) fold();
    made = count;
    for (const box of fields()) {
      const said = given.get(nameOf(box));
      if (box.type === 'checkbox') box.checked = said ?? box.defaultChecked;
      else if (box.value !== (said ?? box.defaultValue)) box.value = said ?? box.defaultValue;
    }
    const now = document.activeElement;
    if (!typing || !element.contains(now) || nameOf(now) === typing) return;
    fields().find((box) => nameOf(box) === typing)?.focus({ preventScroll: true });
  };
  const what = { childList: true, subtree: true, attributes: true, attributeFilter: ['data-part', 'data-amount', 'data-made'] };
  new MutationObserver(put).observe(element, what);
} else {
  element.addEventListener('click', (event) => {
    const pressed = event.target.closest('button[data-do]');
    if (pressed) trigger('click', { do: pressed.dataset.do, id: gathered() });
  });
}
