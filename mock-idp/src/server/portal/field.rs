//! Form fields: a label, a hint, the input, and what is wrong with it, tied together for people who hear the page.

use maud::{Markup, Render, html};

use super::entry::{Changed, Entry, Trouble};
use super::scene::Scene;

/// One field of a form.
pub(crate) struct Field<'a> {
    entry: &'a Entry,
    name: &'a str,
    label: &'a str,
    kind: Kind,
    hint: Option<Markup>,
    required: bool,
}

enum Kind {
    Line,
    Lines(u8),
    Choice(Vec<(String, String)>),
}

/// A line of text.
pub(crate) fn line<'a>(entry: &'a Entry, name: &'a str, label: &'a str) -> Field<'a> {
    field(entry, name, label, Kind::Line)
}

/// Several lines of text.
pub(crate) fn lines<'a>(entry: &'a Entry, name: &'a str, label: &'a str, rows: u8) -> Field<'a> {
    field(entry, name, label, Kind::Lines(rows))
}

/// One of these: value and words.
pub(crate) fn choice<'a, V: Into<String>, W: Into<String>>(
    entry: &'a Entry,
    name: &'a str,
    label: &'a str,
    options: impl IntoIterator<Item = (V, W)>,
) -> Field<'a> {
    let options = options
        .into_iter()
        .map(|(value, words)| (value.into(), words.into()));
    field(entry, name, label, Kind::Choice(options.collect()))
}

fn field<'a>(entry: &'a Entry, name: &'a str, label: &'a str, kind: Kind) -> Field<'a> {
    Field {
        entry,
        name,
        label,
        kind,
        hint: None,
        required: false,
    }
}

impl Field<'_> {
    /// What to write there.
    pub(crate) fn hint(mut self, hint: impl Render) -> Self {
        self.hint = Some(hint.render());
        self
    }

    /// Nothing works without it.
    pub(crate) fn required(mut self) -> Self {
        self.required = true;
        self
    }
}

impl Render for Field<'_> {
    fn render(&self) -> Markup {
        let (id, value) = (self.name, self.entry.text(self.name));
        let problem = self.entry.problem(self.name);
        let described = described(id, self.hint.is_some(), problem.is_some());
        let invalid = problem.map(|_| "true");
        let needed = self.required.then_some("true");
        html! {
            div.field.wrong[problem.is_some()] {
                label for=(id) { (self.label) @if self.required { span.needed aria-hidden="true" { " *" } } }
                @if let Some(hint) = &self.hint { p.hint id={ (id) "-hint" } { (hint) } }
                @match &self.kind {
                    Kind::Line => {
                        input #(id) type="text" name=(id) value=(value) autocomplete="off" spellcheck="false"
                            aria-required=[needed] aria-invalid=[invalid] aria-describedby=[described];
                    }
                    Kind::Lines(rows) => {
                        textarea #(id) name=(id) rows=(rows) spellcheck="false"
                            aria-required=[needed] aria-invalid=[invalid] aria-describedby=[described] { (value) }
                    }
                    Kind::Choice(options) => {
                        select #(id) name=(id) aria-required=[needed] aria-invalid=[invalid] aria-describedby=[described] {
                            @for (option, words) in options {
                                option value=(option) selected[option == value] { (words) }
                            }
                        }
                    }
                }
                (wrong(id, problem))
            }
        }
    }
}

/// A check box.
pub(crate) fn tick(entry: &Entry, name: &str, label: &str, hint: &str) -> Markup {
    let problem = entry.problem(name);
    html! {
        div.tick.wrong[problem.is_some()] {
            input #(name) type="checkbox" name=(name) value="yes" checked[entry.has(name)]
                aria-invalid=[problem.map(|_| "true")] aria-describedby=[described(name, !hint.is_empty(), problem.is_some())];
            label for=(name) { (label) }
            @if !hint.is_empty() { p.hint id={ (name) "-hint" } { (hint) } }
            (wrong(name, problem))
        }
    }
}

/// A group of radio buttons.
pub(crate) fn radios(entry: &Entry, name: &str, legend: &str, options: &[(&str, &str)]) -> Markup {
    let value = entry.text(name);
    let problem = entry.problem(name);
    html! {
        fieldset.radios aria-describedby=[described(name, false, problem.is_some())] {
            legend { (legend) }
            @for (at, (option, words)) in options.iter().enumerate() {
                @let id = if at == 0 { name.to_owned() } else { format!("{name}-{at}") };
                div.tick {
                    input #(id) type="radio" name=(name) value=(option) checked[*option == value];
                    label for=(id) { (words) }
                }
            }
            (wrong(name, problem))
        }
    }
}

/// What is wrong with the field of that name.
pub(crate) fn wrong(id: &str, problem: Option<&str>) -> Markup {
    html! { @if let Some(problem) = problem { p.error id={ (id) "-error" } { (problem) } } }
}

/// The ids of what describes an input.
pub(crate) fn described(id: &str, hint: bool, problem: bool) -> Option<String> {
    let hint = hint.then(|| format!("{id}-hint"));
    let problem = problem.then(|| format!("{id}-error"));
    let all: Vec<_> = hint.into_iter().chain(problem).collect();
    (!all.is_empty()).then(|| all.join(" "))
}

/// A form that is sent here, with the browser's token, the mark of what it shows, and what went wrong.
pub(crate) fn form(scene: &Scene, action: &str, entry: &Entry, content: &Markup) -> Markup {
    html! {
        (alert(entry))
        form.sheet method="post" action=(action) novalidate {
            (scene.browser.field())
            @if entry.has("revision") { input type="hidden" name="revision" value=(entry.text("revision")); }
            (content)
        }
    }
}

/// A button alone in its form.
pub(crate) fn button(
    scene: &Scene,
    action: &str,
    hidden: &[(&str, &str)],
    class: &str,
    words: &Markup,
) -> Markup {
    html! {
        form.inline method="post" action=(action) {
            (scene.browser.field())
            @for (name, value) in hidden { input type="hidden" name=(name) value=(value); }
            button class=(class) type="submit" { (words) }
        }
    }
}

/// Why nothing was saved, above the form.
pub(crate) fn alert(entry: &Entry) -> Markup {
    html! {
        @if let Some(trouble) = entry.trouble() {
            div.alert role="alert" tabindex="-1" autofocus {
                @match trouble {
                    Trouble::NotKept(why) => {
                        h2 { "Nothing was saved" }
                        p { (super::entry::sentence(why)) " What you typed is still here." }
                    }
                    Trouble::Stale(changes) => (stale(changes)),
                }
            }
        }
        @if !entry.problems().is_empty() {
            div.alert role="alert" tabindex="-1" autofocus {
                h2 { "Nothing was saved" }
                ul { @for problem in entry.problems() { li { a href={ "#" (problem.field) } { (problem.text) } } } }
            }
        }
    }
}

fn stale(changes: &[Changed]) -> Markup {
    html! {
        h2 { "Somebody else changed this meanwhile" }
        p { "Nothing was saved. What you typed is still here: look at what was changed, and save again to write yours, or load the page anew to drop it." }
        @if changes.is_empty() {
            p { "What it was before is not known any more." }
        } @else {
            table.changes {
                thead { tr { th scope="col" { "Changed meanwhile" } th scope="col" { "When you opened the page" } th scope="col" { "Now" } } }
                tbody {
                    @for change in changes {
                        tr { th scope="row" { (change.what) } td { (change.before) } td { (change.now) } }
                    }
                }
            }
        }
    }
}
