use super::*;
use crate::text::parse;

const PAGE: &str = "\
info :
 name : PAGE_A
page :
 controls :
  -
    name : BTN_Go
    code_elements :
     type_code : 4
     p_codes :
      -
        code : |1-
         Go()
        type : 18
 code_elements :
  type_code : 38
  p_codes :
   -
     code : |1-
      gnCount is int
      type : 5
     type : 851968
   -
     code : |1+
      gnTimer is int
      
     type : 851999
     role : N
   -
     type : 852300
     enabled : false
   -
     code : |1-
      nothing says which event
  orphans :
   -
     code : |1-
      removed
     type : 851968
  procedures :
   -
     name : Reload
     procedure_id : 42
     type_code : 14
     code : |1-
      function Reload() {}
     type : 458752
     language : JS
  properties :
   -
     name : Total
     identifier : 0x7
     type_code : 103
     p_codes :
      -
        code : |1-
         procedure Total() : int
        type : 1966080
  templates :
   -
     name : PAGE_A
     identifier : 0x99
     code_elements :
      type_code : 38
      p_codes :
       -
         code : |1-
          gnTemplate is int
         type : 851968
      templates :
       -
         name : PAGE_A
         identifier : 0x98
         code_elements :
          type_code : 38
          p_codes :
           -
             code : |1-
              gnInner is int
             type : 851968
  procedure_templates :
   -
     name : Keep
     procedure_id : 43
     type_code : 14
     code : |1-
      PROCEDURE Keep()
     type : 458752
  property_templates : []
";

fn find<'i>(items: &'i [CodeItem], text: &str) -> &'i CodeItem {
    items
        .iter()
        .find(|item| item.code.text().contains(text))
        .unwrap()
}

#[test]
fn events_carry_their_number_role_and_state() {
    let document = parse(PAGE.as_bytes());
    let items = code_items(&document);
    let declaration = find(&items, "gnCount");
    assert_eq!(
        (declaration.event, declaration.owner_type_code),
        (PAGE_DECLARATION, owner::PAGE)
    );
    assert_eq!(declaration.code.text(), "gnCount is int\ntype : 5");
    assert!(declaration.is_wlanguage() && declaration.enabled && !declaration.is_browser());
    let browser = find(&items, "gnTimer");
    assert_eq!(browser.event, PAGE_BROWSER_LOAD);
    assert_eq!(browser.code.text(), "gnTimer is int");
    assert!(browser.is_browser());
    let hidden = items.iter().find(|item| !item.enabled).unwrap();
    assert!(hidden.code.is_blank());
}

#[test]
fn an_event_without_a_number_is_number_0() {
    let document = parse(PAGE.as_bytes());
    assert_eq!(
        find(&code_items(&document), "nothing says").event,
        WINDOW_DECLARATION
    );
}

#[test]
fn procedures_and_properties_have_names() {
    let document = parse(PAGE.as_bytes());
    let items = code_items(&document);
    let procedure = find(&items, "function Reload");
    assert_eq!(procedure.name.as_deref(), Some("Reload"));
    assert_eq!(procedure.identifier.as_deref(), Some("42"));
    assert_eq!(procedure.language.as_deref(), Some("JS"));
    assert_eq!(
        (procedure.event, procedure.owner_type_code),
        (PROCEDURE, owner::LOCAL_PROCEDURE)
    );
    let property = find(&items, "procedure Total");
    assert_eq!(property.name.as_deref(), Some("Total"));
    assert_eq!(
        (property.event, property.owner_type_code),
        (PROPERTY_GET, 103)
    );
    let start = property.span.offset as usize;
    assert_eq!(&PAGE[start..start + property.span.length as usize], "Total");
}

#[test]
fn the_code_of_templates_is_marked_and_that_of_removed_configurations_left_out() {
    let document = parse(PAGE.as_bytes());
    let items = code_items(&document);
    assert_eq!(
        find(&items, "gnTemplate").identifier.as_deref(),
        Some("0x99")
    );
    assert_eq!(find(&items, "gnInner").identifier.as_deref(), Some("0x98"));
    let marked: Vec<_> = items.iter().filter(|item| item.from_template).collect();
    assert_eq!(marked.len(), 3);
    assert!(
        items
            .iter()
            .all(|item| !item.code.text().contains("removed"))
    );
}

#[test]
fn the_declarations_of_a_page_are_its_two_events_and_those_of_its_templates_in_their_order() {
    let document = parse(PAGE.as_bytes());
    let items = declaration_code_items(&document);
    let found: Vec<_> = items
        .iter()
        .map(|item| (item.event, item.from_template, item.code.text()))
        .collect();
    assert_eq!(
        found,
        [
            (PAGE_DECLARATION, false, "gnCount is int\ntype : 5"),
            (PAGE_BROWSER_LOAD, false, "gnTimer is int"),
            (PAGE_DECLARATION, true, "gnTemplate is int"),
            (PAGE_DECLARATION, true, "gnInner is int"),
        ]
    );
}

#[test]
fn each_kind_of_element_has_its_own_events_that_declare() {
    let numbers = [
        0,
        2 << 16,
        3 << 16,
        5 << 16,
        11 << 16,
        13 << 16,
        15 << 16,
        (13 << 16) + 31,
    ];
    for (kind, declaring) in [
        ("project", vec![PROJECT_INITIALIZATION]),
        (
            "procedure_set",
            vec![PROCEDURE_SET_DECLARATION, BROWSER_PROCEDURE_SET_DECLARATION],
        ),
        ("window", vec![WINDOW_DECLARATION]),
        ("page", vec![PAGE_DECLARATION, PAGE_BROWSER_LOAD]),
        ("class", vec![]),
        ("report", vec![]),
        ("info", vec![]),
    ] {
        let mut text = format!("{kind} :\n code_elements :\n  p_codes :\n");
        for number in numbers {
            text.push_str("   -\n     code : |1-\n      a is int\n");
            if number > 0 {
                text.push_str(&format!("     type : {number}\n"));
            }
        }
        let procedures = "  procedures :\n   -\n     name : P\n     code : |1-\n      b is int\n";
        text.push_str(procedures);
        let document = parse(text.as_bytes());
        let items = declaration_code_items(&document).into_iter();
        let events: Vec<u32> = items.map(|item| item.event).collect();
        assert_eq!(events, declaring, "{kind}");
    }
}

#[test]
fn the_code_of_controls_is_asked_for_separately() {
    let document = parse(PAGE.as_bytes());
    assert!(
        code_items(&document)
            .iter()
            .all(|item| item.code.text() != "Go()")
    );
    let all = all_code_items(&document);
    assert_eq!(find(&all, "Go()").event, 18);
    assert_eq!(all.len(), code_items(&document).len() + 1);
}

#[test]
fn code_is_found_again_in_the_file_whatever_its_line_ends() {
    for file in [PAGE.to_owned(), PAGE.replace('\n', "\r\n")] {
        let document = parse(file.as_bytes());
        for item in all_code_items(&document) {
            for word in item.code.text().split_whitespace() {
                let at = item.code.text().find(word).unwrap();
                let span = item.code.span(at..at + word.len());
                let start = span.offset as usize;
                assert_eq!(&file[start..start + span.length as usize], word);
                let line = file.split('\n').nth(span.line as usize - 1).unwrap();
                assert!(line[span.column as usize - 1..].starts_with(word));
            }
        }
    }
}
