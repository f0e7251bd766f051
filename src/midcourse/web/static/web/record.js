// The visit form in a browser with JavaScript: one press that counts, and small help. Nothing here is needed to save a
// visit once: its id stands in the address, so that pressing again, or going back, sends the same one.

/**
 * Say that the form is on its way, and let later presses fall through.
 * @param {HTMLFormElement} form
 * @returns {void}
 */
function sendOnce(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    const button = form.querySelector(".send button");
    if (button) {
      button.textContent = form.dataset.saving ?? "";
      button.setAttribute("aria-disabled", "true");
    }
  });
  window.addEventListener("pageshow", () => delete form.dataset.sent);
}

/**
 * A number typed into a count chooses “Counted”.
 * @param {HTMLFormElement} form
 * @returns {void}
 */
function chooseCounted(form) {
  for (const input of form.querySelectorAll(".counts input")) {
    input.addEventListener("input", () => {
      const radio = input.closest("fieldset")?.querySelector('input[type="radio"][value="value"]');
      if (radio instanceof HTMLInputElement) radio.checked = true;
    });
  }
}

const form = document.querySelector("#visit");
if (form instanceof HTMLFormElement) {
  sendOnce(form);
  chooseCounted(form);
}
