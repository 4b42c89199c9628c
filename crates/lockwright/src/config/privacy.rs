//! What the operator says and does about cookies.

use std::time::Duration;

use lockwright_core::privacy::CHOICE_LIFE;
use lockwright_model::privacy::Purpose;
use lockwright_service::config::{PrivacyConfig, Tag};

use super::settings::{PrivacySettings, TagSettings};
use super::{ConfigError, duration, origin};

const DAY: Duration = Duration::from_secs(86_400);

pub(super) fn understand(settings: &PrivacySettings) -> Result<PrivacyConfig, ConfigError> {
    let choice_life = duration("privacy.choice_life", settings.choice_life.as_deref(), CHOICE_LIFE)?;
    // Browsers keep no cookie for longer than 400 days (RFC 6265bis §5.6).
    if !(DAY..=400 * DAY).contains(&choice_life) {
        return Err(ConfigError("privacy.choice_life: from 1 to 400 days".to_owned()));
    }
    let sites = settings.sites.iter().flatten().map(|site| origin("privacy.sites", site.clone())).collect::<Result<_, _>>()?;
    Ok(PrivacyConfig {
        choice_life,
        cookie_notice: text("privacy.cookie_notice", settings.cookie_notice.as_deref())?,
        notice: text("privacy.notice", settings.notice.as_deref())?,
        sites,
        tags: settings.tags.iter().flatten().map(tag).collect::<Result<_, _>>()?,
    })
}

fn text(name: &str, path: Option<&str>) -> Result<Option<String>, ConfigError> {
    let Some(path) = path else { return Ok(None) };
    let text = std::fs::read_to_string(path).map_err(|error| ConfigError(format!("{name}: {path} can't be read: {}", error.kind())))?;
    if text.trim().is_empty() {
        return Err(ConfigError(format!("{name}: {path} says nothing")));
    }
    Ok(Some(text))
}

/// A script of somebody else's waits for consent: no purpose of it is essential, and no other ground is offered (P19).
fn tag(settings: &TagSettings) -> Result<Tag, ConfigError> {
    let asked = Purpose::of_word(&settings.purpose).filter(|purpose| Purpose::ASKED.contains(purpose));
    let purpose = asked.ok_or_else(|| ConfigError("privacy.tags: a purpose is performance, functional or advertising".to_owned()))?;
    let tag = Tag {
        purpose,
        src: settings.src.clone(),
        who: settings.who.clone(),
        what: settings.what.clone(),
        cookies: settings.cookies.clone(),
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/.-_~?=%".contains(&byte);
    let address = tag.src.len() > tag.origin().len() && tag.src.bytes().all(plain) && tag.src.starts_with("https://");
    if !address || origin("privacy.tags", tag.origin().to_owned()).is_err() {
        return Err(ConfigError("privacy.tags: src is the address of a script, such as https://example.com/tag.js".to_owned()));
    }
    match [&tag.who, &tag.what, &tag.cookies].iter().all(|words| !words.trim().is_empty()) {
        true => Ok(tag),
        false => Err(ConfigError("privacy.tags: who, what and cookies are told to people, so each says something".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(purpose: &str, src: &str, who: &str) -> TagSettings {
        let text = |text: &str| text.to_owned();
        TagSettings { purpose: text(purpose), src: text(src), who: text(who), what: text("Counts visits."), cookies: text("None.") }
    }

    #[test]
    fn p19_a_third_party_has_no_ground_but_consent() {
        assert!(tag(&settings("performance", "https://stats.example/a.js", "Stats")).is_ok());
        for other in ["essential", "legitimate interest", "Performance", ""] {
            assert!(tag(&settings(other, "https://stats.example/a.js", "Stats")).is_err(), "{other}");
        }
    }

    #[test]
    fn a_tag_is_a_plain_https_address_and_says_whose_it_is() {
        for src in [
            "http://stats.example/a.js",
            "https://stats.example",
            "https://stats.example/\"><script>",
            "https://a b/x.js",
            "/a.js",
            "https:///a.js",
        ] {
            assert!(tag(&settings("performance", src, "Stats")).is_err(), "{src}");
        }
        assert!(tag(&settings("performance", "https://stats.example/a.js", " ")).is_err());
        assert_eq!(
            tag(&settings("advertising", "https://stats.example:8443/a/b.js?id=1", "S")).unwrap().origin(),
            "https://stats.example:8443"
        );
    }

    #[test]
    fn a_choice_counts_for_a_day_to_400() {
        for wrong in ["1h", "401d"] {
            assert!(understand(&PrivacySettings { choice_life: Some(wrong.to_owned()), ..PrivacySettings::default() }).is_err(), "{wrong}");
        }
        assert_eq!(understand(&PrivacySettings::default()).unwrap().choice_life, CHOICE_LIFE);
    }
}
