//! `field(…)` in templates: label, hint, error and input of one form field, wired together for screen readers.

use std::fmt::Write;

use minijinja::value::{Kwargs, Value};
use minijinja::{Error, ErrorKind, State};

use super::escape::Escaped;

/// Attributes that a template may hand on as they are, by their keyword.
const PLAIN: [&str; 13] = [
    "autocomplete",
    "autocapitalize",
    "inputmode",
    "enterkeyhint",
    "maxlength",
    "minlength",
    "min",
    "max",
    "pattern",
    "placeholder",
    "passwordrules",
    "list",
    "rows",
];

/// Renders one field.
///
/// Keywords: `name`, `label`; `id` (the name), `type` (`text`; `area` for a text of several lines), `value`, `hint`, `wide`, `readonly`, `optional`, `spellcheck`, `class`,
/// and the attributes of [`PLAIN`]. The sentence to show is looked up in the page's errors by the id.
pub(crate) fn field(state: &State, options: Kwargs) -> Result<Value, Error> {
    let name: &str = options.get("name")?;
    let label: &str = options.get("label")?;
    let id = options.get::<Option<&str>>("id")?.unwrap_or(name);
    let kind = options.get::<Option<&str>>("type")?.unwrap_or("text");
    let hint: Option<&str> = options.get("hint")?;
    let value: Option<&str> = options.get("value")?;
    let class = options.get::<Option<&str>>("class")?.unwrap_or("");
    let optional = options.get::<Option<bool>>("optional")?.unwrap_or(false);
    let error = error_of(state, id);

    let mut out = String::with_capacity(512);
    write(&mut out, format_args!("<div class=\"field{}\">", if error.is_some() { " wrong" } else { "" }))?;
    write(&mut out, format_args!("<label for=\"{id}\">{}", Escaped(label)))?;
    if optional {
        out.push_str(" <span class=\"optional\">(optional)</span>");
    }
    out.push_str("</label>");
    if let Some(hint) = hint {
        write(&mut out, format_args!("<p class=\"hint\" id=\"{id}-hint\">{}</p>", Escaped(hint)))?;
    }
    if let Some(error) = &error {
        write(&mut out, format_args!("<p class=\"error\" id=\"{id}-error\"><span class=\"sr\">Error: </span>{}</p>", Escaped(error)))?;
    }
    // The script adds a button beside a password. The frame is there before it, so that a field somebody types into never moves.
    let framed = kind == "password";
    if framed {
        out.push_str("<span class=\"reveals\">");
    }
    let area = kind == "area";
    if area {
        write(&mut out, format_args!("<textarea id=\"{id}\" name=\"{name}\""))?;
    } else {
        write(&mut out, format_args!("<input id=\"{id}\" name=\"{name}\" type=\"{kind}\""))?;
    }
    if !class.is_empty() {
        write(&mut out, format_args!(" class=\"{class}\""))?;
    }
    if let Some(value) = value.filter(|_| !area) {
        write(&mut out, format_args!(" value=\"{}\"", Escaped(value)))?;
    }
    for key in PLAIN {
        if let Some(value) = options.get::<Option<Value>>(key)? {
            write(&mut out, format_args!(" {key}=\"{}\"", Escaped(&value.to_string())))?;
        }
    }
    if !options.get::<Option<bool>>("spellcheck")?.unwrap_or(false) {
        out.push_str(" spellcheck=\"false\"");
    }
    if options.get::<Option<bool>>("readonly")?.unwrap_or(false) {
        out.push_str(" readonly");
    }
    if !optional {
        out.push_str(" required");
    }
    match (hint.is_some(), error.is_some()) {
        (true, true) => write(&mut out, format_args!(" aria-describedby=\"{id}-hint {id}-error\""))?,
        (true, false) => write(&mut out, format_args!(" aria-describedby=\"{id}-hint\""))?,
        (false, true) => write(&mut out, format_args!(" aria-describedby=\"{id}-error\""))?,
        (false, false) => {}
    }
    if error.is_some() {
        out.push_str(" aria-invalid=\"true\"");
    }
    if area {
        // The first line break in a text area is not its own (HTML §13.1.2.5).
        write(&mut out, format_args!(">\n{}</textarea></div>", Escaped(value.unwrap_or_default())))?;
    } else {
        out.push_str(if framed { "></span></div>" } else { "></div>" });
    }
    options.assert_all_used()?;
    Ok(Value::from_safe_string(out))
}

/// Renders one check box. Keywords: `name`, `label`; `id`, `value` (`on`), `checked`, `hint`.
pub(crate) fn check(options: Kwargs) -> Result<Value, Error> {
    box_of(&options, "checkbox")
}

/// Renders one radio button. Keywords as for [`check`].
pub(crate) fn radio(options: Kwargs) -> Result<Value, Error> {
    box_of(&options, "radio")
}

fn box_of(options: &Kwargs, kind: &str) -> Result<Value, Error> {
    let name: &str = options.get("name")?;
    let label: &str = options.get("label")?;
    let id = options.get::<Option<&str>>("id")?.unwrap_or(name);
    let value = options.get::<Option<&str>>("value")?.unwrap_or("on");
    let hint: Option<&str> = options.get("hint")?;
    let mut out = String::with_capacity(256);
    write(&mut out, format_args!("<div class=\"pick\"><input id=\"{id}\" name=\"{name}\" type=\"{kind}\" value=\"{}\"", Escaped(value)))?;
    if options.get::<Option<bool>>("checked")?.unwrap_or(false) {
        out.push_str(" checked");
    }
    if hint.is_some() {
        write(&mut out, format_args!(" aria-describedby=\"{id}-hint\""))?;
    }
    write(&mut out, format_args!("><label for=\"{id}\">{}</label>", Escaped(label)))?;
    if let Some(hint) = hint {
        write(&mut out, format_args!("<p class=\"hint\" id=\"{id}-hint\">{}</p>", Escaped(hint)))?;
    }
    out.push_str("</div>");
    options.assert_all_used()?;
    Ok(Value::from_safe_string(out))
}

fn error_of(state: &State, id: &str) -> Option<String> {
    let mut said = String::new();
    for error in state.lookup("errors")?.try_iter().ok()? {
        if error.get_attr("field").ok()?.as_str() == Some(id) {
            if !said.is_empty() {
                said.push(' ');
            }
            said.push_str(error.get_attr("text").ok()?.as_str()?);
        }
    }
    (!said.is_empty()).then_some(said)
}

fn write(out: &mut String, text: std::fmt::Arguments<'_>) -> Result<(), Error> {
    out.write_fmt(text).map_err(|_| Error::from(ErrorKind::WriteFailure))
}
