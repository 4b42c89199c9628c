//! Every shipped article is whole and leads into the pages there are; what people type finds it.

use std::collections::BTreeSet;
use std::path::Path;

use super::*;
use crate::routes::is_page;

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("articles")
}

#[test]
fn every_article_of_the_folder_is_shipped_and_read() {
    let listed: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .flatten()
        .filter_map(|entry| entry.file_name().to_string_lossy().strip_suffix(".md").map(str::to_owned))
        .collect();
    let shipped: BTreeSet<String> = shipped::ARTICLES.iter().map(|(slug, _)| (*slug).to_owned()).collect();
    assert_eq!(listed, shipped);
    let library = HelpCentre::default().library();
    assert!(library.unreadable().is_empty(), "{:?}", library.unreadable());
    assert_eq!((library.articles().len(), library.drafts().len()), (shipped.len(), 0));
}

#[test]
fn m23_every_article_says_whom_it_is_for_and_leads_into_a_page() {
    let library = HelpCentre::default().library();
    for article in library.articles() {
        let slug = &article.slug;
        assert!(!article.need.is_empty() && !article.tags.is_empty() && article.phrases.len() >= 3, "{slug}");
        assert!(article.text.split_whitespace().count() >= 30, "{slug} is a stub");
        let flow = article.flow.as_ref().unwrap_or_else(|| panic!("{slug} leads nowhere"));
        for path in article.links.iter().chain([&flow.path]) {
            assert!(is_page(path), "{slug}: {path} is no page");
            let other = path.strip_prefix("/help/").filter(|other| !RESERVED.contains(other));
            assert!(other.is_none_or(|other| library.article(other).is_some() && other != slug), "{slug}: no article {path}");
        }
    }
}

#[test]
fn m23_no_article_without_three_others_that_are_relevant() {
    let library = HelpCentre::default().library();
    for article in library.articles() {
        let related = library.related(article);
        assert!(related.len() >= 3, "{}", article.slug);
        let names: BTreeSet<&str> = related.iter().map(|other| other.slug.as_str()).collect();
        assert!(names.len() == related.len() && !names.contains(article.slug.as_str()), "{}: {names:?}", article.slug);
    }
}

#[test]
fn m23_what_people_type_finds_the_article_they_want() {
    let library = HelpCentre::default().library();
    let phrases = include_str!("phrases.txt");
    let (mut sum, mut count, mut missed) = (0.0, 0, Vec::new());
    for line in phrases.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (typed, wanted) = line.split_once(" → ").unwrap();
        let wanted: Vec<&str> = wanted.split(" | ").collect();
        assert!(wanted.iter().all(|slug| library.article(slug).is_some()), "{line}");
        let found = library.search(typed);
        let rank = found.iter().position(|article| wanted.contains(&article.slug.as_str()));
        sum += rank.map_or(0.0, |rank| 1.0 / (rank as f64 + 1.0));
        count += 1;
        if rank != Some(0) {
            missed.push(format!("{typed}: {rank:?} after {:?}", found.first().map(|article| article.slug.as_str())));
        }
    }
    assert!(count >= 60, "{count}");
    let mean = sum / f64::from(count);
    println!("mean reciprocal rank {mean:.3} of {count}\n{}", missed.join("\n"));
    assert!(mean >= 0.9, "mean reciprocal rank {mean:.3}\n{}", missed.join("\n"));
}

#[test]
fn an_operators_article_stands_beside_or_instead_of_a_shipped_one_and_a_draft_does_not() {
    let own = tempfile::tempdir().unwrap();
    let write = |name: &str, head: &str| {
        let text = format!(
            "---\ntitle: {name} here\nsummary: S.\ntopic: Our house\nfor: You.\ntime: Now.\nnext: N.\nupdated: 2026-06-24\n{head}---\nText of {name}."
        );
        std::fs::write(own.path().join(format!("{name}.md")), text).unwrap();
    };
    write("new-phone", "");
    write("house-keys", "");
    write("mail-does-not-come", "draft: yes\n");
    std::fs::write(own.path().join("odd.md"), "no head").unwrap();
    std::fs::write(own.path().join("notes.txt"), "not read").unwrap();
    let centre = HelpCentre::with(Some(own.path().to_owned()));
    let library = centre.library();
    assert_eq!(library.articles().len(), shipped::ARTICLES.len() + 1);
    assert_eq!(library.article("new-phone").unwrap().title, "new-phone here");
    assert_eq!(library.search("house keys").first().unwrap().slug, "house-keys");
    assert_eq!(library.topics().last().unwrap().0, "Our house", "after the topics that are known");
    assert_ne!(library.article("mail-does-not-come").unwrap().title, "mail-does-not-come here");
    assert_eq!(library.drafts().iter().map(|draft| draft.slug.as_str()).collect::<Vec<_>>(), ["mail-does-not-come"]);
    assert_eq!(library.unreadable().iter().map(ToString::to_string).collect::<Vec<_>>(), ["odd.md: an article begins with a line “---”"]);
    // Nothing changes under those who read, until it is published.
    write("second-house", "");
    assert!(centre.library().article("second-house").is_none() && centre.preview().article("second-house").is_some());
    centre.publish();
    assert!(centre.clone().library().article("second-house").is_some());
}

#[test]
fn a_folder_that_is_missing_leaves_the_shipped_articles() {
    let library = HelpCentre::with(Some("/nowhere/at/all".into())).library();
    assert_eq!((library.articles().len(), library.unreadable().len()), (shipped::ARTICLES.len(), 1));
}

#[test]
fn m23_the_exported_file_is_whole_and_needs_nothing_from_elsewhere() {
    let library = HelpCentre::default().library();
    let now = lockwright_model::clock::Timestamp::from_micros(1_813_795_200_000_000);
    let page = export(&library, "Harbour <Works>", "https://id.example.com/", now);
    assert!(page.starts_with("<!doctype html>") && page.contains("Harbour &lt;Works&gt;") && page.contains("24 June 2027"));
    for loads in ["<script", "<link", "<img", "src=", "url(", "@import"] {
        assert!(!page.contains(loads), "{loads}");
    }
    for link in page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        match link.strip_prefix('#') {
            Some(slug) => assert!(slug == "main" || library.article(slug).is_some(), "{link}"),
            None => assert!(link.starts_with("https://id.example.com/"), "{link}"),
        }
    }
    assert_eq!(page.matches("<article").count(), library.articles().len());
}
