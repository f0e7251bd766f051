// The visit form in a browser with JavaScript: an id made once on this device, and one press that counts.
// Without it the server's id does the same; nothing here is needed to save a visit.

/**
 * Give the visit an id that this device made, once per opened form.
 * @param {HTMLInputElement | null} field
 * @returns {void}
 */
function makeId(field) {
  if (field && !field.dataset.made && "randomUUID" in crypto && !document.querySelector("#errors")) {
    field.value = crypto.randomUUID();
    field.dataset.made = "here";
  }
}

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
  makeId(form.querySelector('[name="visit_id"]'));
  sendOnce(form);
  chooseCounted(form);
}
