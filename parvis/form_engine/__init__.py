"""Versioned questionnaires: pages, conditions, repeated rows, drafts; knows no social business."""
