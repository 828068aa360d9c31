// Shows the map that plays, each scenario's when it is first asked for; opens all tables for print.
const shown = new Set()
const show = (target) => {
  for (const film of document.querySelectorAll(".film")) film.hidden = film.id !== target
  if (shown.has(target)) return
  shown.add(target)
  const data = document.querySelector(`[data-film="${target}"]`)
  Bokeh.embed.embed_item(JSON.parse(data.textContent))
}
const first = document.querySelector(".film")
if (first) show(first.id)
const which = document.getElementById("which")
if (which) which.addEventListener("change", () => show(which.value))
let closed = []
addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")]
  for (const one of closed) one.open = true
})
addEventListener("afterprint", () => { for (const one of closed) one.open = false })
