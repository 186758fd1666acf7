"""Forty-two bad inputs, and the tests that say what comes of each."""

from collections.abc import Mapping

HERE = "ingest/test_bad_inputs.py::"
HOSTILE = "ingest/test_hostile_tars.py::"
ZIPS, TARS = "ingest/test_zips.py::", "ingest/test_tars.py::"
FOLDERS = "ingest/test_folders.py::"

# Number -> what comes in, and the tests of it.
TESTS_OF: Mapping[int, tuple[str, tuple[str, ...]]] = {
    1: (
        "a path with '..'",
        (
            f"{ZIPS}test_a_path_that_leads_out_is_refused",
            f"{HOSTILE}test_a_path_that_leads_out_is_refused",
        ),
    ),
    2: ("an absolute path", (f"{ZIPS}test_a_path_that_leads_out_is_refused",)),
    3: (
        "a path with backslashes",
        (f"{ZIPS}test_backslashes_part_folders", f"{TARS}test_backslashes_part_folders"),
    ),
    4: (
        "a link in an archive",
        (f"{ZIPS}test_a_link_is_not_followed", f"{HOSTILE}test_only_files_are_unpacked"),
    ),
    5: (
        "a bomb",
        (
            f"{ZIPS}test_a_bomb_is_not_unpacked",
            f"{HOSTILE}test_a_bomb_is_refused_before_much_is_written",
            f"{HERE}test_bombs_take_little_memory",
        ),
    ),
    6: ("a size that is a lie", (f"{ZIPS}test_a_lie_about_the_size_spoils_one_file_only",)),
    7: ("a zip in a zip", (f"{ZIPS}test_a_zip_in_a_zip_is_not_opened",)),
    8: ("an encrypted zip", (f"{ZIPS}test_an_encrypted_entry_says_so",)),
    9: (
        "a damaged or cut archive",
        (
            f"{ZIPS}test_a_cut_zip_is_refused",
            f"{TARS}test_a_cut_tar_keeps_what_came_before_and_says_so",
        ),
    ),
    10: (
        "an archive of another kind, renamed",
        (f"{HERE}test_an_archive_of_another_kind_is_no_zip",),
    ),
    11: ("an archive of nothing, or of junk", (f"{ZIPS}test_a_zip_of_nothing_is_empty",)),
    12: (
        "pictures without folders",
        (
            "ingest/test_mismatches.py::"
            "test_pictures_outside_of_folders_are_one_class_where_there_is_no_other",
            "browser/test_bad_input.py::test_pictures_without_folders_are_asked_about",
        ),
    ),
    13: (
        "folders around the classes",
        (
            "ingest/test_layouts.py::test_folders_that_wrap_the_classes_are_passed_over",
            "ingest/test_layouts.py::test_splits_may_be_wrapped",
        ),
    ),
    14: (
        "one class",
        (
            "audit/test_audit.py::test_one_class_cannot_be_balanced",
            "app/pages/test_pages.py::test_every_page_opens_with_one_class",
        ),
    ),
    15: (
        "a class of few images",
        (
            "audit/test_audit.py::test_small_classes_are_told_by_what_follows_from_it",
            "export/test_export.py::test_a_class_of_one_image_gets_pictures_though_no_vectors",
            "resample/test_resample.py::test_more_neighbours_than_a_class_has_are_cut_down",
        ),
    ),
    16: (
        "folders that differ in case or Unicode form",
        (
            "ingest/test_mismatches.py::test_every_decision_does_what_it_says",
            "export/test_names.py::test_labels_never_share_a_folder",
        ),
    ),
    17: (
        "two files of one name",
        (
            f"{ZIPS}test_the_second_file_of_a_name_is_skipped",
            f"{TARS}test_the_second_file_of_a_name_is_skipped",
        ),
    ),
    18: (
        "a class name of HTML or Markdown",
        (
            "app/shell/test_plain.py::test_hostile_names_lose_their_meaning",
            "app/pages/test_pages.py::test_names_are_shown_and_never_obeyed",
            "browser/test_bad_input.py::test_names_are_data",
        ),
    ),
    19: (
        "a class name that no disk takes",
        (
            "export/test_names.py::test_names_are_made_safe",
            "export/test_names.py::test_hostile_names_are_told_apart_and_find_their_way_back",
        ),
    ),
    20: ("a class name like a formula", (f"{ZIPS}test_any_class_name_is_kept_as_it_is",)),
    21: ("an empty picture", (f"{FOLDERS}test_what_cannot_be_used_is_skipped_with_the_reason",)),
    22: (
        "a cut picture",
        (
            f"{FOLDERS}test_what_cannot_be_used_is_skipped_with_the_reason",
            "pictures/test_decode.py::test_a_cut_file_is_refused",
        ),
    ),
    23: ("another file, renamed to a picture", (f"{HERE}test_another_file_renamed_is_no_image",)),
    24: (
        "a picture of 400 Mpx",
        (
            "pictures/test_decode.py::test_a_bomb_is_refused_without_unpacking_it",
            f"{HERE}test_bombs_take_little_memory",
        ),
    ),
    25: (
        "a picture of a pixel, or of a line of them",
        (
            "pictures/test_decode.py::test_a_line_of_pixels_is_no_picture",
            "augment/test_geometry.py::test_the_weakest_crop_still_takes_a_pixel",
        ),
    ),
    26: ("CMYK, 16 bits, transparency", (f"{HERE}test_what_reading_changes_is_told",)),
    27: (
        "animations and pages",
        (
            f"{HERE}test_what_reading_changes_is_told",
            "pictures/test_decode.py::test_the_first_frame_stands_for_an_animation",
        ),
    ),
    28: (
        "a turned picture",
        (
            f"{HERE}test_what_reading_changes_is_told",
            "pictures/test_decode.py::test_pictures_stand_upright",
            "export/test_export.py::"
            "test_turned_originals_stand_upright_for_readers_that_ignore_the_tag",
        ),
    ),
    29: (
        "a PNG named .jpg",
        ("export/test_export.py::test_a_picture_of_a_wrong_suffix_gets_the_right_one",),
    ),
    30: (
        "one picture in two classes",
        ("audit/test_audit.py::test_repeated_pictures_are_told_by_what_they_spoil",),
    ),
    31: (
        "thousands of files from the browser",
        ("browser/test_upload.py::test_a_folder_of_thousands_arrives_whole",),
    ),
    32: (
        "a forged name in an upload",
        ("app/upload/test_uploads.py::test_names_are_data_and_never_places",),
    ),
    33: (
        "an upload over the limit",
        (
            "app/upload/test_upload_routes.py::test_too_many_files_are_refused_with_the_limit",
            "app/upload/test_uploads.py::test_limits_are_checked_while_the_list_comes",
        ),
    ),
    34: (
        "a path of the server from a visitor",
        ("app/test_settings.py::test_everything_else_is_not_local",),
    ),
    35: ("a link in a folder", (f"{FOLDERS}test_links_are_not_followed_and_are_told_of",)),
    36: (
        "a full disk",
        (
            "export/test_interruptions.py::test_a_full_disk_is_told_and_nothing_has_the_name",
            f"{HERE}test_a_full_disk_while_unpacking_is_told",
        ),
    ),
    37: (
        "a tab that is closed",
        (
            "app/session/test_workspace.py::test_idle_workspaces_are_swept_by_the_rule_of_the_server",
        ),
    ),
    38: (
        "the token of another visitor",
        (
            "app/test_server.py::test_another_visitors_token_does_not_open_mine",
            "browser/test_visitors.py::test_two_visitors_do_not_see_each_other",
        ),
    ),
    39: ("a reload", ("browser/test_visitors.py::test_a_reload_keeps_what_was_made",)),
    40: (
        "vectors that are not numbers, or all the same",
        (
            "embed/test_embeddings.py::test_what_cannot_be_embeddings_is_refused",
            "project/test_projection.py::test_points_that_are_all_the_same_lie_in_one_place",
        ),
    ),
    41: (
        "sliders at their ends",
        (
            "augment/test_operations.py::test_every_extreme_works_on_odd_shapes",
            "app/pages/test_pages.py::test_every_slider_of_augment_can_go_to_its_ends",
        ),
    ),
    42: (
        "two clicks",
        (
            "app/jobs/test_jobs.py::test_two_clicks_start_one_job",
            "browser/test_visitors.py::test_clicking_twice_starts_one_job",
        ),
    ),
}
