"""Colours, type and shapes. The values stand in assets/style.css too, as CSS variables for our own markup."""

import gradio as gr

FONT = (
    "system-ui",
    "-apple-system",
    "Segoe UI",
    "Roboto",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "sans-serif",
)
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "DejaVu Sans Mono", "Noto Sans Mono CJK SC", "monospace")

_PAIRS = {  # Gradio's name -> (light, dark), by the names of style.css
    "body_background_fill": "ground",
    "background_fill_primary": "card",
    "background_fill_secondary": "ground",
    "block_background_fill": "card",
    "block_label_background_fill": "card",
    "body_text_color": "ink",
    "body_text_color_subdued": "muted",
    "block_title_text_color": "ink",
    "block_label_text_color": "muted",
    "block_info_text_color": "muted",
    "border_color_primary": "line",
    "block_border_color": "line",
    "input_border_color": "line-strong",
    "input_background_fill": "card",
    "input_border_color_focus": "accent",
    "input_placeholder_color": "muted",
    "button_primary_background_fill": "accent",
    "button_primary_background_fill_hover": "accent-strong",
    "button_primary_border_color": "accent",
    "button_primary_text_color": "on-accent",
    "button_secondary_background_fill": "card",
    "button_secondary_background_fill_hover": "soft",
    "button_secondary_border_color": "line-strong",
    "button_secondary_text_color": "ink",
    "checkbox_background_color": "card",
    "checkbox_background_color_selected": "accent",
    "checkbox_border_color": "line-strong",
    "checkbox_border_color_selected": "accent",
    "checkbox_label_background_fill": "card",
    "checkbox_label_background_fill_hover": "soft",
    "checkbox_label_background_fill_selected": "tint",
    "checkbox_label_border_color": "line",
    "checkbox_label_border_color_selected": "accent",
    "checkbox_label_text_color": "ink",
    "checkbox_label_text_color_selected": "ink",
    "slider_color": "accent",
    "color_accent_soft": "tint",
    "link_text_color": "accent",
    "link_text_color_hover": "accent-strong",
    "accordion_text_color": "ink",
    "panel_background_fill": "card",
    "panel_border_color": "line",
}


def theme() -> gr.themes.Base:
    """The window's own theme; light and dark share it, because each colour is a CSS variable of style.css."""
    base = gr.themes.Base(
        primary_hue=gr.themes.colors.teal,
        neutral_hue=gr.themes.colors.stone,
        font=list(FONT),
        font_mono=list(MONO),
        radius_size=gr.themes.sizes.radius_md,
        text_size=gr.themes.sizes.text_md,
    )
    colours: dict[str, str] = {}
    for name, ours in _PAIRS.items():
        colours[name] = f"var(--lw-{ours})"
        colours[f"{name}_dark"] = f"var(--lw-{ours})"
    return base.set(
        **colours,
        block_shadow="none",
        block_shadow_dark="none",
        input_shadow="none",
        input_shadow_focus="0 0 0 3px var(--lw-ring)",
        button_primary_shadow="none",
        button_secondary_shadow="none",
        input_border_width="1px",
        input_padding="9px 12px",
        checkbox_border_width="1.5px",
        button_border_width="1px",
        button_large_radius="10px",
        button_large_padding="11px 20px",
        button_large_text_size="16px",
        button_large_text_weight="600",
        block_radius="12px",
        container_radius="12px",
        input_radius="10px",
        input_text_size="16px",
        block_title_text_weight="600",
        block_title_text_size="15px",
        block_info_text_size="13.5px",
        checkbox_label_text_size="15px",
        layout_gap="16px",
    )
