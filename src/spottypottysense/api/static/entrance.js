// What a link is worth stands behind its #: no server sees it, and here it leaves the address bar at once.
const secret = location.hash.slice(1);
history.replaceState(null, "", location.pathname);

const form = document.querySelector("form");
const button = form.querySelector("button");
const problem = document.querySelector("#problem");
const byLink = "byLink" in form.dataset;

class Refused extends Error {}

/** Post `body` and return the answer; throws `Refused` with a sentence for a person. */
async function post(path, body) {
  let response;
  try {
    // The mode stays the usual one: in any other, `Referrer-Policy: no-referrer` makes the Origin "null".
    response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Refused("The house does not answer: look whether it is on, then try again.");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(answer.message ?? `The house answered ${response.status}: try again.`);
  return answer;
}

function show(error) {
  problem.textContent = error instanceof Refused ? error.message : "Something went wrong: load the page again.";
  problem.hidden = false;
  problem.focus();
}

function filledIn() {
  const body = Object.fromEntries(new FormData(form));
  if (!byLink) return body;
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  return { ...body, invitation: secret, timeZone };
}

/** Say where the link leads to, or that it leads nowhere any more. */
async function look() {
  if (!secret) throw new Refused("This page needs the whole link: open it again as you got it.");
  const { household, email, role } = await post("/invitations/look", { invitation: secret });
  if (household && !email) {
    const as = role === "owner" ? "an owner" : "a member";
    document.querySelector("#lead").textContent = `You were invited to “${household}” as ${as}.`;
  }
  if (email) form.elements.email.value = email;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  problem.hidden = true;
  button.disabled = true;
  try {
    await post(form.dataset.sendsTo, filledIn());
    location.replace("/app/");
  } catch (error) {
    show(error);
    button.disabled = false;
  }
});

try {
  if (byLink) await look();
  button.disabled = false;
} catch (error) {
  form.hidden = true;
  show(error);
}
