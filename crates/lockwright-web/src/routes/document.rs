//! Policy documents on pages: laid out, looked over, tried.

use lockwright_service::policy::Kind;
use lockwright_service::policy::document::counted_characters;
use lockwright_service::policy::lint::{Severity, check};
use lockwright_service::policy::simulate::Origin;
use lockwright_service::why::{Draft, WhyError};

use super::console_permissions::{principal_of, told};
use crate::http::{Admin, Form, Refused};
use crate::page::FieldErrors;
use crate::page::document::{DocumentEdit, Source, SourceLine, SourceNote, Trial};

/// The text of a form's document, with the line breaks of documents: browsers send others.
pub(super) fn text(form: &Form) -> String {
    form.text("document").replace("\r\n", "\n")
}

/// A document for people to read: one that was written in a single line is broken into several. It says the same.
pub(super) fn laid_out(document: &str) -> String {
    let document = document.trim();
    if document.contains('\n') {
        return document.to_owned();
    }
    let mut out = String::with_capacity(document.len() * 2);
    let (mut depth, mut inside, mut escaped) = (0_usize, false, false);
    let mut letters = document.chars().filter(|letter| *letter != '\r').peekable();
    while let Some(letter) = letters.next() {
        if inside {
            inside = escaped || letter != '"';
            escaped = letter == '\\' && !escaped;
            out.push(letter);
            continue;
        }
        match letter {
            '{' | '[' => {
                out.push(letter);
                while letters.next_if(|next| *next == ' ' || *next == '\t').is_some() {}
                if letters.peek().is_some_and(|next| matches!(next, '}' | ']')) {
                    out.extend(letters.next());
                } else {
                    depth += 1;
                    break_line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                break_line(&mut out, depth);
                out.push(letter);
            }
            ',' => {
                out.push(letter);
                break_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            ' ' | '\t' => {}
            other => {
                inside = other == '"';
                out.push(other);
            }
        }
    }
    out
}

fn break_line(out: &mut String, depth: usize) {
    out.push('\n');
    // A document is at most a few levels deep; one that is not is no reason for a page of blanks.
    out.extend(std::iter::repeat_n("  ", depth.min(16)));
}

/// A document with the numbers of its lines and what there is to say about them, and whether it is a policy at all.
pub(super) fn looked_over(document: &str, kind: Kind) -> (Source, FieldErrors) {
    let mut lines: Vec<SourceLine> =
        document.split('\n').map(|text| SourceLine { text: text.trim_end_matches('\r').to_owned(), notes: Vec::new() }).collect();
    let mut errors = FieldErrors::none();
    for told in check(document, kind) {
        let fault = told.severity == Severity::Error;
        if fault {
            let place = format!("Line {}, character {}", told.position.line, told.position.column);
            errors.add("document", format!("{place}: {}.", told.message));
        }
        let at = usize::try_from(told.position.line).unwrap_or(usize::MAX).saturating_sub(1).min(lines.len().saturating_sub(1));
        if let Some(line) = lines.get_mut(at) {
            line.notes.push(SourceNote { fault, column: told.position.column, text: told.message, help: told.help });
        }
    }
    (Source { lines }, errors)
}

/// Fills in what came of a look at the document of an editor: its remarks, and what was tried on it. `name` and `origin` say what it is or will
/// be.
pub(super) async fn check_page(
    admin: &Admin,
    mut page: DocumentEdit,
    name: &str,
    origin: Origin,
    form: &Form,
) -> Result<DocumentEdit, Refused> {
    let kind = if page.trial.is_some() { Kind::Identity } else { Kind::Trust };
    let (source, mut errors) = looked_over(&page.document, kind);
    page.counted = counted_characters(&page.document);
    if page.counted > page.most {
        errors.add("document", format!("It has {} characters, white space not counted; {} fit.", page.counted, page.most));
    }
    page.remarks = source.remarks();
    page.checked = Some(source);
    if let Some(trial) = page.trial.as_mut() {
        let asked = |name| form.text(name).trim().to_owned();
        *trial = Trial { principal: asked("principal"), action: asked("action"), resource: asked("resource"), answer: None };
        if form.text("act") == "try" && trial.action.is_empty() {
            errors.add("action", "Say what is to be done, such as iam:CreateUser.");
        }
        // What is no policy has its faults told already.
        if let (false, true, Ok(draft)) = (trial.action.is_empty(), errors.is_empty(), Draft::read(name, origin, &page.document)) {
            try_it(admin, trial, draft, &mut errors).await?;
        }
    }
    page.errors = errors;
    Ok(page)
}

async fn try_it(admin: &Admin, trial: &mut Trial, draft: Draft, errors: &mut FieldErrors) -> Result<(), Refused> {
    let member = &admin.member;
    let arn = if trial.principal.is_empty() { None } else { Some(principal_of(admin, &trial.principal).await?) };
    let resource = if trial.resource.is_empty() { "*" } else { &trial.resource };
    match member.lockwright().try_document(&member.op, admin.account, draft, arn.as_deref(), &trial.action, resource).await {
        Ok(why) => trial.answer = Some(told(why)),
        Err(WhyError::NoAction) => errors.add("action", "An action is written service:Name, such as iam:CreateUser."),
        Err(WhyError::Nobody) => errors.add("principal", "There is no user or role like that in this account. Check the spelling."),
        Err(WhyError::Denied(_)) => errors.add("action", "Your own policies don’t let you ask this."),
        Err(WhyError::Trouble(trouble)) => return Err(trouble.into()),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_of_one_line_is_broken_into_several_and_says_the_same() {
        let odd = r#"{"Version":"2012-10-17","Statement":[{"Sid":"a:{b},\"c\\","Effect":"Allow","Action":["iam:Get*"],"Resource":"*","Condition":{}}]}"#;
        let shown = laid_out(odd);
        assert!(shown.lines().count() > 8 && shown.contains("\n  \"Version\": \"2012-10-17\",\n"), "{shown}");
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(odd), read(&shown));
        assert_eq!(laid_out(&shown), shown, "what has lines already is left alone");
        for broken in ["", "{", "}}}]", "\"", "{\"a\":\"\\"] {
            laid_out(broken);
        }
    }

    #[test]
    fn a_remark_stands_at_its_line_and_a_fault_at_the_field_too() {
        let text =
            "{\"Version\": \"2012-10-17\",\n \"Statement\": {\"Effect\": \"Allow\", \"Action\": \"iam:PassRole\", \"Resource\": \"*\"}}";
        let (source, errors) = looked_over(text, Kind::Identity);
        assert!(errors.is_empty() && source.lines[0].notes.is_empty() && !source.lines[1].notes[0].fault, "{source:?}");
        let (source, errors) = looked_over("{\n\"Statement\": {\"Effect\": \"Perhaps\"}}", Kind::Identity);
        assert!(source.lines[1].notes.iter().any(|note| note.fault), "{source:?}");
        assert!(errors.iter().all(|error| error.field == "document" && error.text.starts_with("Line ")), "{errors:?}");
        let (source, errors) = looked_over("", Kind::Identity);
        assert!(source.remarks() > 0 && !errors.is_empty(), "an empty text is told too: {source:?}");
    }
}
