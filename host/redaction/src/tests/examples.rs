//! Examples of rules, with their fillers expanded.

/// An example as a text, and the secrets that it marks.
pub(super) struct Example {
    pub(super) text: String,
    pub(super) secrets: Vec<String>,
}

impl Example {
    /// Expands the fillers of a template and takes out its marks.
    pub(super) fn new(template: &str) -> Self {
        let marked = expand(template);
        let secrets = marked
            .split('«')
            .skip(1)
            .map(|part| part.split_once('»').expect("a « has a »").0.to_owned())
            .collect();
        let text = marked.replace(['«', '»'], "");
        Self { text, secrets }
    }
}

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &str = "0123456789";

fn alphabet(filler: &str) -> Option<String> {
    Some(match filler {
        "alnum" => format!("{LOWER}{UPPER}{DIGITS}"),
        "letters" => format!("{LOWER}{UPPER}"),
        "lower" => LOWER.to_owned(),
        "upper" => UPPER.to_owned(),
        "digits" => DIGITS.to_owned(),
        "lowernum" => format!("{LOWER}{DIGITS}"),
        "uppernum" => format!("{UPPER}{DIGITS}"),
        "hex" => format!("{DIGITS}abcdef"),
        "HEX" => format!("{DIGITS}ABCDEF"),
        "base64" => format!("{LOWER}{UPPER}{DIGITS}+/"),
        "base64url" => format!("{LOWER}{UPPER}{DIGITS}-_"),
        "password" => format!("{LOWER}{UPPER}{DIGITS}!*#~"),
        "dash" => "-".to_owned(),
        _ => return None,
    })
}

/// Replaces `{name:count}` by pseudo-random characters: the same for the same template.
pub(super) fn expand(template: &str) -> String {
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut text = String::new();
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        let (before, from) = rest.split_at(start);
        text.push_str(before);
        let filler = from[1..].split_once('}').and_then(|(filler, after)| {
            let (name, count) = filler.split_once(':')?;
            Some((alphabet(name)?, count.parse::<usize>().ok()?, after))
        });
        if let Some((alphabet, count, after)) = filler {
            let characters: Vec<char> = alphabet.chars().collect();
            for _ in 0..count {
                random = random
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                text.push(characters[(random >> 33) as usize % characters.len()]);
            }
            rest = after;
        } else {
            text.push('{');
            rest = &from[1..];
        }
    }
    text.push_str(rest);
    text
}
