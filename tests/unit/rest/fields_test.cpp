#include "api/rest/fields.h"

#include <gtest/gtest.h>

#include <string>

#include "api/rest/resource_fields.h"

namespace fajma::rest {
namespace {

constexpr std::string_view kColours[] = {"rouge", "vert"};
constexpr Field kAllTypes[] = {
    {.name = "texte", .required = true, .max_length = 5},
    {.name = "vide", .nullable = true, .allow_blank = true},
    {.name = "couleur", .type = FieldType::kChoice, .choices = kColours},
    {.name = "entier", .type = FieldType::kInteger, .nullable = true, .min = 0, .max = 100},
    {.name = "nombre", .type = FieldType::kNumber},
    {.name = "vrai", .type = FieldType::kBoolean},
    {.name = "cle", .type = FieldType::kKey},
    {.name = "json", .type = FieldType::kJson},
    {.name = "ip", .type = FieldType::kIpAddress, .nullable = true},
    {.name = "mac", .type = FieldType::kMac, .unique = true},
    {.name = "jour", .type = FieldType::kDate},
    {.name = "lu", .read_only = true},
};

Lookups KeysBelowTen() {
  return {.exists = [](const Field&, std::int64_t id) { return id < 10; },
          .is_taken = [](const Field&, const std::string& value) { return value == "AA:BB:CC:00:00:01"; }};
}

Validated Check(std::string_view body, ValidateOptions options = {.partial = true}) {
  const Result<json::Document> document = json::Document::Parse(body);
  if (!document) throw std::runtime_error(document.rejection().detail);
  return Validate(kAllTypes, document.value().root(), KeysBelowTen(), options);
}

std::string ErrorOf(std::string_view body, ValidateOptions options = {.partial = true}) {
  return Check(body, options).errors.ToJson();
}

std::string Shown(const FieldValue* value) {
  if (value == nullptr) return "not sent";
  if (const auto* text = std::get_if<std::string>(value)) return *text;
  if (const auto* integer = std::get_if<std::int64_t>(value)) return std::to_string(*integer);
  if (const auto* number = std::get_if<double>(value)) return std::to_string(*number);
  if (const auto* truth = std::get_if<bool>(value)) return *truth ? "true" : "false";
  return "null";
}

struct Case {
  const char* body;
  const char* error;  // of the one field, "" when it is taken
  const char* value = "";
};

const Case kCases[] = {
    {R"({"texte":"abc"})", "", "abc"},
    {R"({"texte":"  abc\t"})", "", "abc"},
    {R"({"texte":"ééééé"})", "", "ééééé"},
    {R"({"texte":12})", "", "12"},
    {R"({"texte":1.5})", "", "1.5"},
    {R"({"texte":""})", "This field may not be blank."},
    {R"({"texte":"  "})", "This field may not be blank."},
    {R"({"texte":null})", "This field may not be null."},
    {R"({"texte":true})", "Not a valid string."},
    {R"({"texte":["a"]})", "Not a valid string."},
    {R"({"texte":{}})", "Not a valid string."},
    {R"({"texte":"éééééé"})", "Ensure this field has no more than 5 characters."},
    {R"({"texte":"a\u0000"})", "Null characters are not allowed."},
    {R"({"vide":""})", "", ""},
    {R"({"vide":null})", "", "null"},
    {R"({"couleur":"vert"})", "", "vert"},
    {R"({"couleur":"bleu"})", R"(\"bleu\" is not a valid choice.)"},
    {R"({"couleur":""})", R"(\"\" is not a valid choice.)"},
    {R"({"couleur":5})", R"(\"5\" is not a valid choice.)"},
    {R"({"couleur":true})", R"(\"True\" is not a valid choice.)"},
    {R"({"couleur":[1,"a",null]})", R"(\"[1, 'a', None]\" is not a valid choice.)"},
    {R"({"couleur":{"a":1.0}})", R"(\"{'a': 1.0}\" is not a valid choice.)"},
    {R"({"couleur":null})", "This field may not be null."},
    {R"({"entier":5})", "", "5"},
    {R"({"entier":"5"})", "", "5"},
    {R"({"entier":" 5.00 "})", "", "5"},
    {R"({"entier":5.0})", "", "5"},
    {R"({"entier":"1_0"})", "", "10"},
    {R"({"entier":null})", "", "null"},
    {R"({"entier":5.5})", "A valid integer is required."},
    {R"({"entier":"abc"})", "A valid integer is required."},
    {R"({"entier":""})", "A valid integer is required."},
    {R"({"entier":true})", "A valid integer is required."},
    {R"({"entier":[1]})", "A valid integer is required."},
    {R"({"entier":1e30})", "A valid integer is required."},
    {R"({"entier":99999999999999999999})", "A valid integer is required."},
    {R"({"entier":900})", "Ensure this value is less than or equal to 100."},
    {R"({"entier":-1})", "Ensure this value is greater than or equal to 0."},
    {R"({"nombre":71})", "", "71.000000"},
    {R"({"nombre":" 7.5 "})", "", "7.500000"},
    {R"({"nombre":"+7"})", "", "7.000000"},
    {R"({"nombre":"1e1"})", "", "10.000000"},
    {R"({"nombre":"abc"})", "A valid number is required."},
    {R"({"nombre":"nan"})", "A valid number is required."},
    {R"({"nombre":"-inf"})", "A valid number is required."},
    {R"({"nombre":""})", "A valid number is required."},
    {R"({"nombre":true})", "A valid number is required."},
    {R"({"nombre":[]})", "A valid number is required."},
    {R"({"nombre":null})", "This field may not be null."},
    {R"({"vrai":true})", "", "true"},
    {R"({"vrai":"False"})", "", "false"},
    {R"({"vrai":1})", "", "true"},
    {R"({"vrai":"peut-être"})", "Must be a valid boolean."},
    {R"({"vrai":2})", "Must be a valid boolean."},
    {R"({"vrai":[]})", "Must be a valid boolean."},
    {R"({"cle":3})", "", "3"},
    {R"({"cle":"3"})", "", "3"},
    {R"({"cle":3.0})", "", "3"},
    {R"({"cle":9999})", R"(Invalid pk \"9999\" - object does not exist.)"},
    {R"({"cle":99999999999999999999})", R"(Invalid pk \"99999999999999999999\" - object does not exist.)"},
    {R"({"cle":"x"})", "Incorrect type. Expected pk value, received str."},
    {R"({"cle":1.5})", "Incorrect type. Expected pk value, received float."},
    {R"({"cle":true})", "Incorrect type. Expected pk value, received bool."},
    {R"({"cle":[1]})", "Incorrect type. Expected pk value, received list."},
    {R"({"cle":{}})", "Incorrect type. Expected pk value, received dict."},
    {R"({"cle":""})", "This field may not be null."},
    {R"({"cle":null})", "This field may not be null."},
    {R"({"json":{"b": [1, 2.50, "é", null, true], "a": {}}})", "", R"({"b":[1,2.50,"é",null,true],"a":{}})"},
    {R"({"json":[1]})", "", "[1]"},
    {R"({"json":null})", "This field may not be null."},
    {R"({"ip":"192.168.1.10"})", "", "192.168.1.10"},
    {R"({"ip":"2001:0DB8::0001"})", "", "2001:db8::1"},
    {R"({"ip":"300.1.1.1"})", "Enter a valid IPv4 or IPv6 address."},
    {R"({"ip":"1.2.3.04"})", "Enter a valid IPv4 or IPv6 address."},
    {R"({"ip":""})", "This field may not be blank."},
    {R"({"ip":null})", "", "null"},
    {R"({"mac":"aa:bb:cc:00:00:02"})", "", "AA:BB:CC:00:00:02"},
    {R"({"mac":"AA"})", "Adresse MAC invalide (format attendu AA:BB:CC:DD:EE:FF)."},
    {R"({"mac":"AA-BB-CC-00-00-02"})", "Adresse MAC invalide (format attendu AA:BB:CC:DD:EE:FF)."},
    {R"({"mac":""})", "This field may not be blank."},
    {R"({"mac":{}})", "Not a valid string."},
    {R"({"mac":"aa:bb:cc:00:00:01"})", "This field must be unique."},
    {R"({"jour":"2024-02-29"})", "", "2024-02-29"},
    {R"({"jour":"2023-02-29"})", "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."},
    {R"({"jour":"29/02/2024"})", "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."},
    {R"({"jour":20240229})", "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."},
};

TEST(Validate, WordsEachFaultAsDjangoRestFramework) {
  for (const Case& c : kCases) {
    const std::string_view body = c.body;
    const std::string_view name = body.substr(2, body.find('"', 2) - 2);
    const Validated validated = Check(body);
    if (*c.error == '\0') {
      EXPECT_EQ(validated.errors.ToJson(), "{}") << body;
      EXPECT_EQ(Shown(validated.values.Find(name)), c.value) << body;
    } else {
      EXPECT_EQ(validated.errors.ToJson(), "{\"" + std::string(name) + "\":[\"" + c.error + "\"]}") << body;
      EXPECT_FALSE(validated.values.Has(name)) << body;
    }
  }
}

TEST(Validate, FindsAllFaultsAtOnceInTheTablesOrder) {
  EXPECT_EQ(ErrorOf(R"({"cle":"x","entier":200,"nombre":"z","couleur":null})", {}),
            R"({"texte":["This field is required."],"couleur":["This field may not be null."],)"
            R"("entier":["Ensure this value is less than or equal to 100."],"nombre":["A valid number is required."],)"
            R"("cle":["Incorrect type. Expected pk value, received str."]})");
}

TEST(Validate, RequiresNothingOfAPartialChange) { EXPECT_EQ(ErrorOf("{}", {.partial = true}), "{}"); }

TEST(Validate, IgnoresUnknownAndReadOnlyFields) {
  const Validated validated = Check(R"({"lu":[1],"inconnu":2})");
  EXPECT_TRUE(validated.ok());
  EXPECT_FALSE(validated.values.Has("lu"));
}

TEST(Validate, SaysWhatItGotInsteadOfAnObject) {
  const auto expected = [](const char* type) {
    return std::string(R"({"non_field_errors":["Invalid data. Expected a dictionary, but got )") + type + R"(."]})";
  };
  EXPECT_EQ(ErrorOf("[1]"), expected("list"));
  EXPECT_EQ(ErrorOf("\"a\""), expected("str"));
  EXPECT_EQ(ErrorOf("1"), expected("int"));
  EXPECT_EQ(ErrorOf("1.5"), expected("float"));
  EXPECT_EQ(ErrorOf("true"), expected("bool"));
  EXPECT_EQ(ErrorOf("null"), R"({"non_field_errors":["No data provided"]})");
}

TEST(Validate, TakesEmptyFormFieldsForNone) {
  const Validated validated = Check(
      R"({"texte":"a","vide":"","couleur":"","entier":"","nombre":"","ip":"","json":"{\"a\": 1}"})", {.form = true});
  EXPECT_EQ(validated.errors.ToJson(), "{}");
  EXPECT_EQ(Shown(validated.values.Find("vide")), "");
  EXPECT_EQ(Shown(validated.values.Find("couleur")), "not sent");
  EXPECT_EQ(Shown(validated.values.Find("entier")), "null");
  EXPECT_EQ(Shown(validated.values.Find("ip")), "null");
  EXPECT_EQ(Shown(validated.values.Find("json")), R"({"a":1})");
  EXPECT_EQ(ErrorOf(R"({"texte":""})", {.form = true}), R"({"texte":["This field may not be blank."]})");
  EXPECT_EQ(ErrorOf(R"({"json":"{"})", {.partial = true, .form = true}), R"({"json":["Value must be valid JSON."]})");
}

TEST(DescribeFields, TellsLimitsAndChoices) {
  const std::string described = DescribeFields(DeviceStatusFields());
  EXPECT_TRUE(described.starts_with(R"({"status":{"type":"choice","required":true,"read_only":false,"label":"Status",)"
                                    R"("choices":[{"value":"actif","display_name":"Actif"},)"))
      << described;
  EXPECT_NE(described.find(R"("label":"Niveau batterie","min_value":0,"max_value":100})"), std::string::npos);
}

}  // namespace
}  // namespace fajma::rest
