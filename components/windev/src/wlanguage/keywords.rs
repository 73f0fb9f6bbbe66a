//! The words of WLanguage, which is written in French or in English, in any case, with or without accents.

use std::borrow::Cow;

/// A word as keywords are compared: lower case, without accents.
pub fn fold(word: &str) -> Cow<'_, str> {
    if word.is_ascii() {
        return if word.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(word.to_ascii_lowercase())
        } else {
            Cow::Borrowed(word)
        };
    }
    let mut folded = String::with_capacity(word.len());
    fold_into(word, &mut folded);
    Cow::Owned(folded)
}

/// Appends the folded form of a word.
pub(super) fn fold_into(word: &str, text: &mut String) {
    if word.is_ascii() {
        let start = text.len();
        text.push_str(word);
        text[start..].make_ascii_lowercase();
        return;
    }
    let folded = word
        .chars()
        .filter(|character| !is_combining(*character))
        .flat_map(char::to_lowercase)
        .map(without_accent)
        .filter(|character| !is_combining(*character));
    text.extend(folded);
}

/// Whether a character can begin a name.
pub fn begins_word(character: char) -> bool {
    character == '_' || character.is_alphabetic()
}

/// Whether a character can stand in a name after its beginning.
pub fn continues_word(character: char) -> bool {
    character == '_'
        || character.is_alphanumeric()
        || is_combining(character)
        || is_invisible(character)
}

/// Characters that show nothing. A name with one is a trap, and one that is not seen whole would be lost.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The marks that a decomposed accent consists of.
fn is_combining(character: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&character)
}

fn without_accent(character: char) -> char {
    match character {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'ç' => 'c',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ý' | 'ÿ' => 'y',
        other => other,
    }
}

/// The verb between a name and its type: `is`, `are`, `est`, `sont`.
pub fn is_verb(folded: &str) -> bool {
    matches!(folded, "is" | "are" | "est" | "sont")
}

/// `END`, `FIN`.
pub fn is_end(folded: &str) -> bool {
    matches!(folded, "end" | "fin")
}

/// `IF`, `SI`.
pub fn is_if(folded: &str) -> bool {
    matches!(folded, "if" | "si")
}

/// `THEN`, `ALORS`.
pub fn is_then(folded: &str) -> bool {
    matches!(folded, "then" | "alors")
}

/// `ELSE`, `SINON`.
pub fn is_else(folded: &str) -> bool {
    matches!(folded, "else" | "sinon")
}

/// `FOR`, `POUR`.
pub fn is_for(folded: &str) -> bool {
    matches!(folded, "for" | "pour")
}

/// `LET`, `SOIT`.
pub fn is_let(folded: &str) -> bool {
    matches!(folded, "let" | "soit")
}

/// The words that begin a loop or a choice which an `END` closes; `IF` has its own rules.
pub fn is_loop_or_switch(folded: &str) -> bool {
    is_for(folded)
        || matches!(
            folded,
            "while" | "tantque" | "loop" | "boucle" | "switch" | "selon"
        )
}

/// `PROCEDURE`, `PROCÉDURE`, and the older `FUNCTION`, `FONCTION`.
pub fn is_procedure(folded: &str) -> bool {
    matches!(folded, "procedure" | "function" | "fonction")
}

/// `CONSTANT` and its plurals.
pub fn is_constant(folded: &str) -> bool {
    matches!(
        folded,
        "constant" | "constants" | "constante" | "constantes"
    )
}

/// `EXTERN`, `EXTERNE`.
pub fn is_extern(folded: &str) -> bool {
    matches!(folded, "extern" | "external" | "externe")
}

/// `GLOBAL`, `GLOBALE`.
pub fn is_global(folded: &str) -> bool {
    matches!(folded, "global" | "globale" | "globals" | "globales")
}

/// `LOCAL`, `LOCALE`.
pub fn is_local(folded: &str) -> bool {
    matches!(folded, "local" | "locale" | "locals" | "locales")
}

/// Words that stand before `(` or begin a statement without being a name.
pub fn is_reserved(folded: &str) -> bool {
    is_verb(folded)
        || is_end(folded)
        || is_if(folded)
        || is_then(folded)
        || is_else(folded)
        || is_let(folded)
        || is_loop_or_switch(folded)
        || is_procedure(folded)
        || is_constant(folded)
        || is_extern(folded)
        || is_global(folded)
        || is_local(folded)
        || is_operator_or_jump(folded)
}

fn is_operator_or_jump(folded: &str) -> bool {
    matches!(
        folded,
        "and"
            | "et"
            | "_and_"
            | "_et_"
            | "or"
            | "ou"
            | "_or_"
            | "_ou_"
            | "not"
            | "pas"
            | "modulo"
            | "return"
            | "renvoyer"
            | "retour"
            | "result"
            | "case"
            | "cas"
            | "other"
            | "autre"
            | "autres"
            | "to"
            | "step"
            | "each"
            | "tout"
            | "toute"
            | "of"
            | "de"
            | "on"
            | "sur"
            | "in"
            | "dans"
            | "_in_"
            | "_dans_"
            | "do"
            | "faire"
            | "when"
            | "quand"
            | "exception"
            | "break"
            | "sortir"
            | "continue"
            | "continuer"
            | "new"
            | "allouer"
            | "nouveau"
            | "null"
            | "true"
            | "false"
            | "vrai"
            | "faux"
            | "dynamic"
            | "dynamique"
            | "by"
            | "par"
            | "goto"
            | "stop"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_compared_without_case_and_accents() {
        assert_eq!(fold("PROCÉDURE"), "procedure");
        assert_eq!(fold("e\u{301}nume\u{301}ration"), "enumeration");
        assert_eq!(fold("is"), "is");
        assert_eq!(fold("COMPOSÉE"), "composee");
    }
}
