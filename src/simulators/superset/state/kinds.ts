/** The kinds of assets that the simulator has, with the fields of their files as Superset's importer knows them. */

/** The profiles: the versions of Superset that the simulator plays. */
export const PROFILES = ["6.0", "6.1"] as const;

/** A version of Superset. */
export type Profile = typeof PROFILES[number];

/** The kinds, in the order in which a bundle is written. */
export const KINDS = ["database", "theme", "dataset", "chart", "dashboard"] as const;

/** A kind of asset. */
export type Kind = typeof KINDS[number];

/** The type of a field's value: text, boolean, integer, map, list, UUID, or text that holds JSON. */
export type FieldType = "s" | "b" | "i" | "m" | "l" | "u" | "j";

/** A field of a file. */
export interface FileField {
  readonly name: string;
  readonly type: FieldType;
  readonly required: boolean;
  /** Whether a null is refused. */
  readonly full: boolean;
  readonly since: Profile;
  /** Whether exports leave it out. */
  readonly importOnly: boolean;
}

/**
 * Reads fields from a text: `name:type` with the type `s` if it is left out; `!` is required, `+` is never null, `-` is
 * only imported, `^` is of 6.1.
 */
function fields(text: string): readonly FileField[] {
  return text.split(" ").map((word) => {
    const [, name = "", type = "s", marks = ""] = /^(\w+)(?::(\w))?([!+^-]*)$/.exec(word) ?? [];
    return {
      name,
      type: type as FieldType,
      required: marks.includes("!"),
      full: marks.includes("!") || marks.includes("+"),
      since: marks.includes("^") ? "6.1" : "6.0",
      importOnly: marks.includes("-"),
    };
  });
}

/** The fields of a dataset's column. */
export const COLUMN_FIELDS = fields(
  "column_name! verbose_name is_dttm:b is_active:b type advanced_data_type groupby:b filterable:b expression " +
    "description python_date_format datetime_format^ extra:m",
);

/** The fields of a dataset's metric. */
export const METRIC_FIELDS = fields(
  "metric_name! verbose_name metric_type expression! description d3format currency:m extra:m warning_text",
);

/** The facts about a kind. */
export interface KindFacts {
  readonly folder: string;
  /** The field that holds the name. */
  readonly name: string;
  /** The value of `type` in `metadata.yaml`. */
  readonly type: string;
  /** The name in rights and messages. */
  readonly resource: string;
  readonly fields: readonly FileField[];
}

/** The facts about each kind. */
export const FACTS: Readonly<Record<Kind, KindFacts>> = {
  database: {
    folder: "databases",
    name: "database_name",
    type: "Database",
    resource: "Database",
    fields: fields(
      "database_name! sqlalchemy_uri! cache_timeout:i expose_in_sqllab:b allow_run_async:b allow_ctas:b allow_cvas:b " +
        "allow_dml:b allow_csv_upload:b- allow_file_upload:b extra:m impersonate_user:b configuration_method^ uuid:u! " +
        "version! password- encrypted_extra- masked_encrypted_extra^- ssh_tunnel:m- is_managed_externally:b- " +
        "external_url-",
    ),
  },
  theme: {
    folder: "themes",
    name: "theme_name",
    type: "Theme",
    resource: "Dashboard",
    fields: fields("theme_name! json_data:m! uuid:u! version!"),
  },
  dataset: {
    folder: "datasets",
    name: "table_name",
    type: "SqlaTable",
    resource: "Dataset",
    fields: fields(
      "table_name! main_dttm_col currency_code_column^ description default_endpoint offset:i cache_timeout:i catalog " +
        "schema sql params:m template_params:m filter_select_enabled:b fetch_values_predicate extra:m " +
        "normalize_columns:b always_filter_main_dttm:b folders:l uuid:u! metrics:l+ columns:l+ version! " +
        "database_uuid:u! is_managed_externally:b- external_url-",
    ),
  },
  chart: {
    folder: "charts",
    name: "slice_name",
    type: "Slice",
    resource: "Chart",
    fields: fields(
      "slice_name! description certified_by certification_details viz_type! params:m query_context:j cache_timeout:i " +
        "uuid:u! version! dataset_uuid:u! tags:l- is_managed_externally:b- external_url-",
    ),
  },
  dashboard: {
    folder: "dashboards",
    name: "dashboard_title",
    type: "Dashboard",
    resource: "Dashboard",
    fields: fields(
      "dashboard_title! description css slug certified_by certification_details published:b uuid:u! position:m " +
        "metadata:m+ theme_uuid:u version! tags:l- is_managed_externally:b- external_url-",
    ),
  },
};

/** Returns the fields that a profile knows. */
export function knownFields(all: readonly FileField[], profile: Profile): readonly FileField[] {
  return all.filter(({ since }) => since <= profile);
}
