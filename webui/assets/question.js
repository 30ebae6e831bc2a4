// Enter while Chinese is being composed picks a word and must not send. Safari ends the composition before the
// key is reported; its key code is still 229 then.
if (!window.__lwCompose) {
  window.__lwCompose = true;
  const hold = (event) => {
    if (event.key !== 'Enter' || !(event.isComposing || event.keyCode === 229)) return;
    if (event.target.closest?.('#bar-question')) event.stopImmediatePropagation();
  };
  for (const kind of ['keydown', 'keypress']) document.addEventListener(kind, hold, true);
}
