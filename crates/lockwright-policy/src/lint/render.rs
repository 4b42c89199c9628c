//! Diagnostics as a person reads them: the line, and a caret under what is meant.

use super::{Diagnostic, Severity};

/// Characters shown of a line.
const WIDTH: usize = 100;
/// Characters shown before what is meant, where it stands too far out to show the line from its beginning.
const BEFORE: usize = 40;

impl Diagnostic {
    /// The diagnostic with its line of the text it was made from, under a name for that text.
    pub fn render(&self, text: &str, name: &str) -> String {
        let line_number = self.position.line.to_string();
        let margin = " ".repeat(line_number.len());
        let line = text.lines().nth((self.position.line as usize).saturating_sub(1)).unwrap_or_default();
        let at = (self.position.column as usize).saturating_sub(1);
        let length = line.chars().count();
        let skipped = if at > WIDTH - BEFORE / 2 { at - BEFORE } else { 0 };
        let shown: String = line.chars().skip(skipped).take(WIDTH).map(printable).collect();
        let before = if skipped > 0 { "…" } else { "" };
        let after = if length > skipped + WIDTH { "…" } else { "" };
        let meant = text.get(self.span.start as usize..self.span.end as usize).unwrap_or_default();
        let visible = (skipped + WIDTH).saturating_sub(at);
        let carets = meant.lines().next().unwrap_or_default().chars().count().min(visible).max(1);
        let indent = " ".repeat(at - skipped + before.chars().count());
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let mut rendered = format!(
            "{severity}[{}]: {}\n{margin}--> {name}:{}:{}\n{margin} |\n{line_number} | {before}{shown}{after}\n{margin} | {indent}{}\n",
            self.code,
            self.message.chars().map(printable).collect::<String>(),
            self.position.line,
            self.position.column,
            "^".repeat(carets),
        );
        if !self.help.is_empty() {
            let help: String = self.help.chars().map(printable).collect();
            rendered.push_str(&format!("{margin} = help: {help}\n"));
        }
        rendered
    }
}

/// A tab is one blank, so that carets stand right; what could steer a terminal is shown as a dot.
fn printable(character: char) -> char {
    match character {
        '\t' => ' ',
        character if character.is_control() => '·',
        // Marks that turn the direction of writing could show a policy that is not the one written.
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '·',
        character => character,
    }
}
