//! One bit another, anywhere in what is signed: refused, unless the request still means the same.

use percent_encoding::percent_decode_str;

use crate::oracle::Random;
use crate::sent::Sent;

/// The bytes of a part of the request that a signature covers, by number.
fn parts(sent: &mut Sent) -> usize {
    4 + 2 * sent.headers.len()
}

/// Flips one bit of one part; `None` where the bytes would be no text, which no HTTP parser lets through, or the meaning stays.
pub(crate) fn flip(sent: &Sent, part: usize, byte: usize, bit: u8) -> Option<Sent> {
    let mut changed = sent.clone();
    let turn = |text: &mut String| {
        let mut bytes = std::mem::take(text).into_bytes();
        *bytes.get_mut(byte)? ^= 1 << bit;
        *text = String::from_utf8(bytes).ok()?;
        Some(())
    };
    match part {
        0 => turn(&mut changed.method)?,
        1 => turn(&mut changed.path)?,
        2 => turn(&mut changed.query)?,
        3 => *changed.body.get_mut(byte)? ^= 1 << bit,
        _ => {
            let (name, value) = changed.headers.get_mut((part - 4) / 2)?;
            if part.is_multiple_of(2) {
                turn(name)?;
            } else {
                *value.get_mut(byte)? ^= 1 << bit;
            }
        }
    }
    (meaning(&changed) != meaning(sent)).then_some(changed)
}

/// Flips a bit somewhere.
pub(crate) fn flip_somewhere(sent: &Sent, random: &mut Random) -> Option<Sent> {
    let part = random.below(parts(&mut sent.clone()));
    let length = match part {
        0 => sent.method.len(),
        1 => sent.path.len(),
        2 => sent.query.len(),
        3 => sent.body.len(),
        _ if part.is_multiple_of(2) => sent.headers[(part - 4) / 2].0.len(),
        _ => sent.headers[(part - 4) / 2].1.len(),
    };
    let byte = random.below(length.max(1));
    flip(sent, part, byte, u8::try_from(random.below(8)).unwrap())
}

/// What a request means: the same for two that every reader takes for the same.
type Meaning = (String, Vec<String>, Vec<(Vec<u8>, Vec<u8>)>, Vec<(String, Vec<Vec<u8>>)>, Vec<u8>);

fn meaning(sent: &Sent) -> Meaning {
    let decoded = |text: &str| percent_decode_str(&text.replace('+', " ")).collect::<Vec<u8>>();
    let pieces = sent.query.split('&').filter(|piece| !piece.is_empty());
    let mut query: Vec<_> =
        pieces.map(|piece| piece.split_once('=').unwrap_or((piece, ""))).map(|(n, v)| (decoded(n), decoded(v))).collect();
    query.sort();
    let mut path: Vec<String> = Vec::new();
    for segment in sent.path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(path.pop()),
            other => path.push(other.to_owned()),
        }
    }
    let folder = ["/", "/.", "/.."].iter().any(|end| sent.path.ends_with(end));
    if folder && !path.is_empty() {
        path.push(String::new());
    }
    let mut headers: Vec<(String, Vec<Vec<u8>>)> = Vec::new();
    for (name, value) in &sent.headers {
        let name = name.to_ascii_lowercase();
        let mut squeezed = value.trim_ascii().to_vec();
        let mut last = 0;
        squeezed.retain(|byte| {
            let again = last == b' ' && *byte == b' ';
            last = *byte;
            !again
        });
        match headers.iter_mut().find(|(other, _)| *other == name) {
            Some((_, values)) => values.push(squeezed),
            None => headers.push((name, vec![squeezed])),
        }
    }
    headers.sort();
    // Two lines of one name mean what one line with a comma means (RFC 9110 §5.2).
    let headers = headers.into_iter().map(|(name, values)| (name, vec![values.join(&b',')])).collect();
    (sent.method.clone(), path, query, headers, sent.body.clone())
}

#[cfg(test)]
mod tests {
    use super::{flip, parts};
    use crate::sent::SECRET;
    use crate::vectors::{named, then};

    #[test]
    fn d09_d12_every_single_bit_of_a_signed_request_counts() {
        let mut tried = 0;
        let names = [
            "post-x-www-form-urlencoded",
            "sts-get_caller_identity-eu-west-1-session",
            "sts-get_caller_identity-eu-west-1-presigned-session",
        ];
        for name in names {
            let mut sent = named(name);
            // What the client did not sign, a proxy may change: these are Content-Length and the counters of its tries.
            let authorization = sent.headers.iter().find(|(name, _)| name == "Authorization").map(|(_, value)| value.clone());
            let list = authorization.map(|value| String::from_utf8(value).unwrap()).unwrap_or("host;".into());
            sent.headers.retain(|(name, _)| {
                name == "Authorization"
                    || list.contains(&format!("{};", name.to_ascii_lowercase()))
                    || list.contains(&format!("{},", name.to_ascii_lowercase()))
            });
            assert_eq!(sent.verify(SECRET, then()), Ok(()), "{name}");
            for part in 0..parts(&mut sent) {
                for byte in 0..2048 {
                    for bit in 0..8 {
                        let Some(changed) = flip(&sent, part, byte, bit) else { continue };
                        tried += 1;
                        assert!(changed.verify(SECRET, then()).is_err(), "{name}: part {part}, byte {byte}, bit {bit}: {changed:#?}");
                    }
                }
            }
        }
        assert!(tried > 8_000, "{tried}");
    }

    #[test]
    fn d09_every_single_bit_of_the_secret_counts() {
        let sent = named("get-vanilla");
        for byte in 0..SECRET.len() {
            for bit in 0..7 {
                let mut secret = SECRET.as_bytes().to_vec();
                secret[byte] ^= 1 << bit;
                assert!(sent.verify(std::str::from_utf8(&secret).unwrap(), then()).is_err(), "byte {byte}, bit {bit}");
            }
        }
    }
}
