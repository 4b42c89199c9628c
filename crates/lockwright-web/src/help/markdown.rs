//! Markdown into HTML that is ours alone: raw HTML is shown as text, links lead to paths of ours or over https, nothing is loaded.

use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

/// What a Markdown text came to.
pub(crate) struct Rendered {
    /// For pages.
    pub(crate) html: String,
    /// For searching.
    pub(crate) text: String,
    /// The paths of ours that it leads to.
    pub(crate) links: Vec<String>,
}

/// Renders a text.
///
/// Headings begin at the second level, because the page's title is the first. What could load or run something is dropped here
/// and not in the browser, so it holds where no content policy does: in the exported file.
pub(crate) fn render(markdown: &str) -> Rendered {
    let (mut text, mut links) = (String::with_capacity(markdown.len()), Vec::new());
    let mut kept: Vec<bool> = Vec::new();
    let mut events = Vec::new();
    for event in Parser::new_ext(markdown, Options::empty()) {
        match event {
            // As text it is escaped like any other.
            Event::Html(raw) | Event::InlineHtml(raw) => events.push(Event::Text(raw)),
            Event::Start(Tag::HtmlBlock) => events.push(Event::Start(Tag::Paragraph)),
            Event::End(TagEnd::HtmlBlock) => events.push(Event::End(TagEnd::Paragraph)),
            Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => {}
            Event::Start(Tag::Link { link_type, dest_url, id, .. }) => {
                let keeps = is_ours(&dest_url) || is_outside(&dest_url);
                kept.push(keeps);
                if is_ours(&dest_url) {
                    links.push(dest_url.to_string());
                }
                if keeps {
                    events.push(Event::Start(Tag::Link { link_type, dest_url, title: CowStr::Borrowed(""), id }));
                }
            }
            Event::End(TagEnd::Link) => {
                if kept.pop() == Some(true) {
                    events.push(Event::End(TagEnd::Link));
                }
            }
            Event::Start(Tag::Heading { level, .. }) => {
                events.push(Event::Start(Tag::Heading { level: below(level), id: None, classes: Vec::new(), attrs: Vec::new() }));
            }
            Event::End(TagEnd::Heading(level)) => {
                text.push('\n');
                events.push(Event::End(TagEnd::Heading(below(level))));
            }
            Event::Text(words) => {
                text.push_str(&words);
                events.push(Event::Text(words));
            }
            Event::Code(words) => {
                text.push_str(&words);
                events.push(Event::Code(words));
            }
            Event::SoftBreak | Event::HardBreak => {
                text.push(' ');
                events.push(event);
            }
            Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::CodeBlock) => {
                text.push('\n');
                events.push(event);
            }
            other => events.push(other),
        }
    }
    let mut page = String::with_capacity(markdown.len() * 2);
    html::push_html(&mut page, events.into_iter());
    Rendered { html: page, text, links }
}

fn below(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 | HeadingLevel::H2 => HeadingLevel::H2,
        _ => HeadingLevel::H3,
    }
}

/// A path of this installation.
pub(crate) fn is_ours(url: &str) -> bool {
    url.starts_with('/') && !url.starts_with("//") && !url.contains('\\') && !url.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// A page elsewhere, which a person may choose to open.
fn is_outside(url: &str) -> bool {
    url.starts_with("https://") && !url.chars().any(|c| c.is_whitespace() || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(markdown: &str) -> String {
        render(markdown).html
    }

    #[test]
    fn e07_raw_html_is_text() {
        for hostile in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "<div>\n\n**x**\n\n</div>",
            "<!-- a --><b>",
            "<a href=\"javascript:alert(1)\">x</a>",
            "<style>*{}</style>",
            "`</code><script>`",
            "```x\"><script>\n</pre><script>\n```",
        ] {
            let html = html(hostile);
            for tag in ["<script", "<img", "<div", "<a ", "<style", "<b>", "<!--"] {
                assert!(!html.contains(tag), "{hostile}: {html}");
            }
        }
    }

    #[test]
    fn e13_a_link_leads_to_a_path_of_ours_or_over_https_and_nothing_is_loaded() {
        for foreign in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "http://a.example",
            "//a.example",
            "/\\a.example",
            "mailto:a@example.com",
            "recover",
            "&#106;avascript:alert(1)",
            "java&#10;script:alert(1)",
        ] {
            let html = html(&format!("[*words*](<{foreign}>)"));
            assert!(html.contains("<em>words</em>") && !html.contains("href"), "{foreign}: {html}");
        }
        assert!(!html("<javascript:alert(1)>").contains("href"));
        assert!(!html("![words](https://a.example/x.png)").contains("img"));
        assert!(!html("[x](/a \"onmouseover=alert(1)\")").contains("onmouse"));
        assert_eq!(html("[a](/recover) [b](https://a.example/?x=1&y=%22)").matches("href").count(), 2);
        assert!(html("[a](</x\"><script>>)").matches("<script").count() == 0);
    }

    #[test]
    fn headings_stand_below_the_title_and_the_text_is_plain() {
        let rendered = render("# One\n\n#### Four\n\nA *b*\nc `d` [e](/f).");
        assert_eq!(rendered.html, "<h2>One</h2>\n<h3>Four</h3>\n<p>A <em>b</em>\nc <code>d</code> <a href=\"/f\">e</a>.</p>\n");
        assert_eq!(rendered.text, "One\nFour\nA b c d e.\n");
        assert_eq!(rendered.links, ["/f"]);
    }
}
