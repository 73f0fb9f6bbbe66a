use super::*;
use crate::position::Span;
use proptest::prelude::*;

const HEADER: &str = "#To edit and compare internal_properties, use WINDEV integrated tools.\n";

fn slice(bytes: &[u8], span: Span) -> &str {
    let start = span.offset as usize;
    std::str::from_utf8(&bytes[start..start + span.length as usize]).unwrap()
}

/// Every span of the document is where it says, and reading everything does not panic.
fn visit(document: &Document<'_>) -> usize {
    let mut levels = vec![document.root().children()];
    let mut nodes = 0;
    while let Some(level) = levels.last_mut() {
        let Some(node) = level.next() else {
            levels.pop();
            continue;
        };
        nodes += 1;
        let _ = (
            node.text(),
            node.number(),
            node.boolean(),
            node.code(),
            node.kind(),
        );
        for span in [node.key_span(), node.value_span()] {
            let end = (span.offset + span.length) as usize;
            assert!(end <= document.bytes.len() && span.line > 0 && span.column > 0);
        }
        levels.push(node.children());
    }
    nodes
}

#[test]
fn the_format_is_told_by_the_first_bytes() {
    assert_eq!(detect(HEADER.as_bytes()), Format::Text);
    assert_eq!(detect(format!("\u{feff}{HEADER}").as_bytes()), Format::Text);
    assert_eq!(detect(b"info :\r\n name : A\r\n"), Format::Text);
    assert_eq!(detect(b"# anything\ninfo :\n"), Format::Text);
    assert_eq!(detect(b"PCS\0\x14"), Format::Binary);
    assert_eq!(detect(b"PCS"), Format::Other);
    assert_eq!(
        detect(b"version https://git-lfs.github.com/spec/v1\n"),
        Format::Other
    );
    assert_eq!(detect(b"# a readme\n"), Format::Other);
    assert_eq!(detect(b""), Format::Empty);
    assert_eq!(detect("\u{feff}".as_bytes()), Format::Empty);
}

#[test]
fn columns_count_from_the_beginning_of_the_line_with_its_byte_order_mark() {
    let text = "\u{feff}info :\n name : A\nPC";
    let document = parse(text.as_bytes());
    let info = document.get("info").unwrap();
    let (key, name) = (info.key_span(), info.get("name").unwrap().value_span());
    assert_eq!((key.offset, key.line, key.column), (3, 1, 4));
    assert_eq!((name.line, name.column), (2, 9));
    let malformed = parse(b"\xef\xbb\xbfPC");
    let place = malformed.diagnostics()[0].span.unwrap();
    assert_eq!((place.offset, place.line, place.column), (3, 1, 4));
}

#[test]
fn mappings_sequences_and_scalars_become_a_tree() {
    let text = format!(
        "{HEADER}info :\n name : A : \"b\" #c\n empty : []\n none : {{}}\n nothing :\nproject :\n list :\n  -\n    \
         name : One\n    hex : 0x1f\n  -\n    name : \"a\\r\\n\\\"\\t\\\\\\q\"\n languages :\n  - fr-FR\n  - No\n"
    );
    for text in [
        text.clone(),
        text.replace('\n', "\r\n"),
        format!("\u{feff}{text}"),
    ] {
        let document = parse(text.as_bytes());
        assert!(document.diagnostics().is_empty());
        let info = document.get("info").unwrap();
        assert_eq!(info.get("name").unwrap().text().unwrap(), "A : \"b\" #c");
        let kinds: Vec<_> = info.children().map(Node::kind).collect();
        assert_eq!(
            kinds,
            [Kind::Scalar, Kind::Sequence, Kind::Mapping, Kind::Empty]
        );
        let list: Vec<_> = document
            .get("project")
            .unwrap()
            .get("list")
            .unwrap()
            .children()
            .collect();
        assert_eq!((list[0].key(), list[0].kind()), (None, Kind::Mapping));
        assert_eq!(list[0].get("hex").unwrap().number(), Some(31));
        let quoted = list[1].get("name").unwrap();
        assert_eq!(quoted.text().unwrap(), "a\r\n\"\t\\\\q");
        assert_eq!(
            slice(text.as_bytes(), quoted.value_span()),
            "a\\r\\n\\\"\\t\\\\\\q"
        );
        let languages = document.get("project").unwrap().get("languages").unwrap();
        let languages: Vec<_> = languages
            .children()
            .map(|item| item.text().unwrap())
            .collect();
        assert_eq!(languages, ["fr-FR", "No"]);
    }
}

#[test]
fn repeated_keys_are_all_kept_and_the_first_is_found() {
    let document = parse(b"info :\n x : 1\n x : 2\n");
    let info = document.get("info").unwrap();
    assert_eq!(info.get("x").unwrap().number(), Some(1));
    assert_eq!(info.children().count(), 2);
}

#[test]
fn encrypted_properties_are_dropped_whatever_their_form() {
    let document = parse(
        b"a :\n internal_properties : Bg==\n b : 1\n internal_properties :\n  x :\n   y : 1\n internal_properties : |1-\n  z\nc : 1\n",
    );
    assert!(document.diagnostics().is_empty());
    assert_eq!(document.get("a").unwrap().children().count(), 1);
    assert_eq!(visit(&document), 3);
}

#[test]
fn a_block_ends_by_indentation_and_not_by_what_its_lines_look_like() {
    let text = " code : |1+\n  a\n  type : 5\n  -\n  \n   b\n  \ttab\n  \n type : 458752\n";
    let document = parse(text.as_bytes());
    // The first line sets no indentation: all keys here lie one deeper than the root's.
    assert_eq!(document.diagnostics().len(), 2);
    let text = format!("x :\n{text}");
    let document = parse(text.as_bytes());
    assert!(document.diagnostics().is_empty());
    let x = document.get("x").unwrap();
    let code = x.get("code").unwrap().code().unwrap();
    assert_eq!(code.text(), "a\ntype : 5\n-\n\n b\n\ttab");
    assert_eq!(x.get("type").unwrap().number(), Some(458_752));
}

#[test]
fn blank_lines_of_a_block_may_have_lost_their_indentation() {
    let document = parse(b"x :\n code : |1-\n  a\n\n  b\n type : 1\n");
    assert!(document.diagnostics().is_empty());
    assert_eq!(
        document
            .get("x")
            .unwrap()
            .get("code")
            .unwrap()
            .code()
            .unwrap()
            .text(),
        "a\n\nb"
    );
}

#[test]
fn keys_values_and_code_are_found_again_in_the_file() {
    let text = "x :\n  é§ :\n name : Déjà vu\n list :\n  -\n    code : |1-\n     gnQté is int\n     b\n    type : 7\n";
    for text in [text.to_owned(), text.replace('\n', "\r\n")] {
        let document = parse(text.as_bytes());
        let name = document.get("x").unwrap().get("name").unwrap();
        assert_eq!(slice(text.as_bytes(), name.value_span()), "Déjà vu");
        assert_eq!(slice(text.as_bytes(), name.key_span()), "name");
        assert_eq!((name.key_span().line, name.key_span().column), (3, 2));
        assert_eq!((name.value_span().line, name.value_span().column), (3, 9));
        let item = document
            .get("x")
            .unwrap()
            .get("list")
            .unwrap()
            .children()
            .next()
            .unwrap();
        assert_eq!(slice(text.as_bytes(), item.key_span()), "-");
        let code = item.get("code").unwrap().code().unwrap();
        let span = code.span(0.."gnQté".len());
        assert_eq!(
            (slice(text.as_bytes(), span), span.line, span.column),
            ("gnQté", 7, 6)
        );
        assert!(
            slice(text.as_bytes(), item.get("code").unwrap().value_span())
                .starts_with("     gnQté")
        );
    }
}

#[test]
fn malformed_lines_are_left_out_with_their_line_numbers() {
    let text = b"a :\n<<<<<<< HEAD\n b : 1\n  c : 2\n -\n\t d : 3\n q : \"open\n e : 4\n";
    let document = parse(text);
    let lines: Vec<_> = document
        .diagnostics()
        .iter()
        .map(|said| said.span.unwrap().line)
        .collect();
    assert_eq!(lines, [2, 4, 5, 6, 7]);
    let a = document.get("a").unwrap();
    let keys: Vec<_> = a.children().filter_map(Node::key).collect();
    assert_eq!(keys, ["b", "q", "e"]);
    assert_eq!(a.get("q").unwrap().text().unwrap(), "\"open");
}

#[test]
fn bytes_that_are_not_utf_8_keep_their_places() {
    let text = b"x :\n name : Dur\xe9e\n code : |1-\n  gnQt\xe9 is int\n";
    let document = parse(text);
    let said = &document.diagnostics()[0];
    assert_eq!(
        (said.code, said.span.unwrap().offset),
        ("invalid-utf-8", 15)
    );
    assert_eq!(document.diagnostics().len(), 1);
    let name = document.get("x").unwrap().get("name").unwrap();
    assert_eq!(name.text().unwrap(), "Dur_e");
    assert_eq!(name.value_span().length, 5);
    let code = document
        .get("x")
        .unwrap()
        .get("code")
        .unwrap()
        .code()
        .unwrap();
    assert_eq!(code.text(), "gnQt_ is int");
    let at = code.span(6..8).offset as usize;
    assert_eq!(&text[at..at + 2], b"is");
}

#[test]
fn a_block_without_lines_stands_where_its_key_does() {
    let document = parse(b"info :\n code : |");
    let info = document.root().children().next().unwrap();
    let code = info.get("code").unwrap();
    assert_eq!(code.value_span(), code.key_span());
}

#[test]
fn a_foreign_file_makes_few_diagnostics() {
    let text = "no key here\n".repeat(100_000);
    let document = parse(text.as_bytes());
    assert_eq!(document.diagnostics().len(), 21);
    assert!(document.diagnostics()[20].message.starts_with("99980 more"));
}

#[test]
fn a_hundred_thousand_keys_and_deep_nesting_are_read_in_linear_time() {
    let started = std::time::Instant::now();
    let wide: String = (0..100_000)
        .map(|number| format!("k{number} : {number}\n"))
        .collect();
    assert_eq!(visit(&parse(wide.as_bytes())), 100_000);
    // Each level is indented deeper: 3,000 are 4.5 MB, and 100,000 would be 5 GB.
    let deep: String = (0..3_000)
        .map(|depth| format!("{}k :\n", " ".repeat(depth)))
        .collect();
    assert_eq!(visit(&parse(deep.as_bytes())), 3_000);
    let dashes: String = (0..3_000)
        .map(|depth| format!("{}-\n", " ".repeat(depth + 1)))
        .collect();
    assert_eq!(visit(&parse(format!("k :\n{dashes}").as_bytes())), 3_001);
    let long = format!("k : {}\n", "x".repeat(20_000_000));
    assert_eq!(visit(&parse(long.as_bytes())), 1);
    let block = format!("x :\n code : |1-\n{}", "  a\n".repeat(1_000_000));
    assert_eq!(visit(&parse(block.as_bytes())), 2);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        detect(&bytes);
        visit(&parse(&bytes));
    }

    #[test]
    fn no_text_that_resembles_the_format_makes_it_panic(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "a", " :", " : ", "-", "- ", "\n", "\r\n", " ", "  ", "code : |1-\n", "\"", "\\", "[]", "{}", "é",
                "|9", "internal_properties :", "#", "\t", "\u{feff}",
            ]),
            0..80,
        ),
    ) {
        let text = pieces.concat();
        let document = parse(text.as_bytes());
        visit(&document);
        for item in crate::code_items::all_code_items(&document) {
            item.code.span(0..item.code.text().len());
        }
        crate::project::Project::read(&document, &text);
    }
}
